import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { answered } from "../peers/answered.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { client, forwarded } from "../peers/sign-in-door.ts";

const people = Array.from({ length: 20 }, (_, index) => ({
  id: `person-${index}`,
  claims: { name: `P${index}`, email: `p${index}@example.com`, email_verified: true },
}));

let issuer: Issuer;
let doorward: TestDoorward;
let site: string;

beforeAll(async () => {
  site = `http://localhost:${await freePort()}/_auth`;
  const delay = delays(20_260_101);
  issuer = await startIssuer({
    accounts: people,
    ...client,
    redirectUris: [`${site}/callback`],
    before: () => wait(delay()),
  });
  const company = { type: "oidc", issuer: issuer.issuer, ...client };
  const access = { domains: ["example.com"] };
  doorward = await startDoorward(configOf({ url: site, providers: { company }, access }));
});

afterAll(async () => {
  await doorward.close();
  await issuer.close();
});

it("gives each browser its own identity in 200 concurrent sign-ins of 20 people at a slow issuer", async () => {
  const sequence = Array.from({ length: 200 }, (_, index) => people[(index * 7) % 20]);

  const seen = await inTurns(sequence, 40, async (person) => {
    const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
    // A loaded machine may keep the issuer from answering in time.
    await answered(() => browser.signIn(`${site}/start`, person?.id ?? ""));
    const { status, headers } = await browser.ask(`${site}/verify`, { headers: forwarded(site) });
    return [status, headers["x-auth-request-user"], headers["x-auth-request-email"]];
  });

  expect(seen).toEqual(sequence.map((person) => [200, person?.id, person?.claims.email]));
});

/** Delays below 200 ms, the same in every run (a linear congruential generator). */
function delays(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % 200;
  };
}

/** Runs all of them, `atOnce` at a time; the results keep the order of the list. */
async function inTurns<T, R>(
  list: readonly T[],
  atOnce: number,
  run: (one: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = list.entries();
  const worker = async () => {
    for (const [index, one] of queue) results[index] = await run(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
