import type { Site } from "../../server/config/site.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { noTokens } from "../../server/sign-in/token-endpoint.ts";
import { issuer, person, type FaultIssuer } from "./fault-issuer.ts";
import { newSession } from "./sessions.ts";
import type { Fields } from "./token-issuer.ts";

/** A running doorward before the request of a scenario. */
export interface World {
  readonly site: Site;
  readonly clock: { now: number };
  readonly issuer: FaultIssuer;
  /** Opens and ends sessions in the store of the running doorward. */
  readonly sessions: Sessions;
  /** Sends the scenario's request, without a fault. */
  ask(headers: Headers): Promise<unknown>;
  cookie(token: string): Headers;
}

export type Headers = Readonly<Record<string, string>>;

/** One request, and its right answer. */
export interface Scenario {
  readonly name: string;
  readonly status: number;
  /** The identity headers of a 2xx: those of this subject; "" = empty ones. */
  readonly subject?: string;
  readonly settings?: Fields;
  readonly host?: string;
  readonly uri?: string;
  readonly endpoint?: string;
  readonly headers?: Headers;
  readonly isStoreDown?: boolean;
  /** Brings the world into the state of the scenario, and returns the headers of its request. */
  prepare?(world: World): Promise<Headers>;
}

/** A session of Ada, who may pass. */
export async function session(
  world: World,
  changed: Fields = {},
  client?: string,
): Promise<Headers> {
  const opened = newSession(world.site, { issuer, groups: person.groups, ...changed }, client);
  const tokens = { ...noTokens, refreshToken: "the refresh token" };
  return world.cookie(await world.sessions.start({ ...opened, tokens, sid: "sid-1" }));
}

export async function hotSession(world: World, changed: Fields = {}): Promise<Headers> {
  const headers = await session(world, changed);
  await world.ask(headers);
  return headers;
}

/** A preparation that ends some time after another one. */
export function later(
  ms: number,
  prepare: (world: World) => Promise<Headers>,
): (world: World) => Promise<Headers> {
  return async (world) => {
    const headers = await prepare(world);
    world.clock.now += ms;
    return headers;
  };
}

/** Sessions of Ada that a revocation has ended. */
export function revoked(
  kind: "all" | "subject" | "sid",
  prepare: (world: World) => Promise<Headers>,
): (world: World) => Promise<Headers> {
  return async (world) => {
    const headers = await prepare(world);
    const marker = { issuer, subject: "ada", sid: "sid-1" };
    await world.sessions.revocations.revoke({ kind, ...marker });
    return headers;
  };
}

/** A person whom neither `access` nor a rule lists. */
export const notListed = { email: "eve@example.org", groups: [] };
