import { ask } from "../ask.ts";
import { bothShapes, firstRequests, gap, parseRequest, traefikShaped, type Load } from "../load.ts";
import { appHost, appUri, type Gatekeeper } from "./gatekeeper.ts";
import type { Session } from "./sign-in.ts";

/** With doorward's cookie, all cookies together have about 1 KiB. */
const otherCookieBytes = 960;

/** The headers of nginx and of Traefik in turns, or those of Traefik alone. */
export type Shapes = "both" | "traefik";

/** Requests of visitors with these sessions for a page of the app. */
export function verifyLoad(
  { verify: { path, status } }: Pick<Gatekeeper, "verify">,
  sessions: readonly Session[],
  shapes: Shapes,
): Load {
  const visitor = {
    host: appHost,
    uri: appUri,
    own: gap,
    path,
    otherCookieBytes,
  };
  const templates = shapes === "both" ? bothShapes(visitor) : [traefikShaped(visitor)];
  return {
    templates,
    fills: sessions.map(({ cookies }) => cookies),
    statuses: templates.map(() => status),
  };
}

/** How many of many sessions are checked. */
const samples = 50;

/** Throws unless each request is answered with the status and the identity of a visitor who may pass. */
export async function expectAllowed(
  gatekeeper: Gatekeeper,
  sessions: readonly Session[],
  shapes: Shapes,
): Promise<void> {
  const step = Math.ceil(sessions.length / samples);
  for (const session of sessions.filter((_, index) => index % step === 0)) {
    const requests = firstRequests(verifyLoad(gatekeeper, [session], shapes));
    for (const request of requests) await expectIdentity(gatekeeper, session.email, request);
  }
}

async function expectIdentity(
  { name, port, verify }: Gatekeeper,
  email: string,
  request: string,
): Promise<void> {
  const { path, headers } = parseRequest(request);
  const { status, headers: received } = await ask(port, path, headers.flat());
  const identity = received[verify.identityHeader];
  if (status === verify.status && identity === email) return;
  const expected = `${verify.status} with ${verify.identityHeader}: ${email}`;
  throw new Error(
    `${name} answers ${status} with ${identity} instead of ${expected} to\n${request}`,
  );
}
