import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openFaultStand, type FaultStand, type Outcome } from "../peers/fault-world.ts";
import { scenarios } from "../peers/fault-scenarios.ts";
import type { Scenario } from "../peers/fault-states.ts";
import { modesFor, type Call } from "../peers/fault-modes.ts";
import { observeMethods } from "../peers/faults.ts";

vi.mock("node:crypto", async (original) => {
  const { observed: observe, observedMaker } = await import("../peers/faults.ts");
  const honest = await original<typeof import("node:crypto")>();
  return {
    ...honest,
    createHash: observedMaker("createHash", honest.createHash),
    createHmac: observedMaker("createHmac", honest.createHmac),
    createCipheriv: observedMaker("createCipheriv", honest.createCipheriv as never),
    createDecipheriv: observedMaker("createDecipheriv", honest.createDecipheriv as never),
    hkdfSync: observe("hkdfSync", honest.hkdfSync),
    randomBytes: observe("randomBytes", honest.randomBytes as never),
    randomUUID: observe("randomUUID", honest.randomUUID),
    timingSafeEqual: observe("timingSafeEqual", honest.timingSafeEqual),
    argon2: observe("argon2", honest.argon2),
  };
});
vi.mock("lru-cache", async (original) => {
  const { smallCaches } = await import("../peers/small-caches.ts");
  return smallCaches(original);
});
vi.mock("bcryptjs", async (original) => {
  const { observeMethods: observe } = await import("../peers/faults.ts");
  return observe("bcrypt", await original<typeof import("bcryptjs")>(), ["compare"]);
});
vi.mock("jose", async (original) => {
  const { observeMethods: observe } = await import("../peers/faults.ts");
  return observe("jose", await original<typeof import("jose")>(), ["jwtVerify", "decodeJwt"]);
});
vi.mock("openid-client", async (original) => {
  const { observeMethods: observe } = await import("../peers/faults.ts");
  const names = ["discovery", "refreshTokenGrant", "tokenIntrospection", "fetchUserInfo"] as const;
  return observe("issuer", await original<typeof import("openid-client")>(), names);
});
vi.mock("unstorage/drivers/memory", async (original) => {
  const { observeDriver } = await import("../peers/faults.ts");
  const { default: open } = await original<typeof import("unstorage/drivers/memory")>();
  return { default: () => observeDriver(open(undefined)) };
});
vi.mock("../../server/store/open-store.ts", async (original) => {
  const { observeStore } = await import("../peers/faults.ts");
  const { openStore } = await original<typeof import("../../server/store/open-store.ts")>();
  return {
    openStore: async (...args: Parameters<typeof openStore>) =>
      observeStore(await openStore(...args)),
  };
});
vi.mock("../../server/store/delayed-entries.ts", async (original) => {
  const { outsideFaultRun } = await import("../peers/faults.ts");
  const honest = await original<typeof import("../../server/store/delayed-entries.ts")>();
  // Its timer is of real time: on a busy machine its calls would come between those of the request.
  class OutsideEntries extends honest.DelayedEntries {
    override flush(): Promise<void> {
      return outsideFaultRun(() => super.flush());
    }
  }
  return { ...honest, DelayedEntries: OutsideEntries };
});
vi.mock("../../server/policy/conditions.ts", async (original) => {
  const { observeMethods: observe } = await import("../peers/faults.ts");
  const honest = await original<typeof import("../../server/policy/conditions.ts")>();
  const conditionsOf: typeof honest.conditionsOf = (config) =>
    honest.conditionsOf(config).map((one) => observe(`condition ${one.name}`, one, ["match"]));
  return { ...honest, conditionsOf };
});
vi.mock("../../server/policy/policy.ts", async (original) => {
  const { observeMethods: observe } = await import("../peers/faults.ts");
  const honest = await original<typeof import("../../server/policy/policy.ts")>();
  return observe("policy", honest, ["decide", "decideBy", "decidedBy"]);
});

const honestJson = { parse: JSON.parse, stringify: JSON.stringify };
const crashes: unknown[] = [];
const noteCrash = (error: unknown) => void crashes.push(error);
let stand: FaultStand;

beforeAll(async () => {
  Object.assign(JSON, observeMethods("JSON", honestJson, ["parse", "stringify"]));
  process.on("unhandledRejection", noteCrash);
  process.on("uncaughtException", noteCrash);
  stand = await openFaultStand();
});
afterAll(async () => {
  await stand.close();
  process.off("unhandledRejection", noteCrash);
  process.off("uncaughtException", noteCrash);
  Object.assign(JSON, honestJson);
});

/** One call that is made to fail in one scenario. */
interface Trial {
  readonly scenario: Scenario;
  readonly honest: Outcome;
  readonly at: number;
  readonly call: Call;
  readonly mode: string;
}

/**
 * Wrong answers that look like right ones: `passes` = they may let the request pass, `ends` = a session may be
 * over, or a page closed, afterwards too.
 */
const undetectable: readonly {
  readonly effect: "passes" | "ends";
  readonly calls: RegExp;
  readonly modes?: RegExp;
  readonly scenarios?: RegExp;
}[] = [
  // The decision itself, and the comparison of two passwords.
  { effect: "passes", calls: /^policy\.decide(By)? /, modes: /an allow$/ },
  { effect: "passes", calls: /^(bcrypt|timingSafeEqual)/, modes: /the opposite/ },
  // A fault that hides one of two live sessions leaves the other, which is the same person's and live.
  { effect: "passes", calls: /./, scenarios: /^two session cookies$/ },
  // At another time the session or the marker of its end would count.
  {
    effect: "passes",
    calls: /^clock/,
    modes: /the (past|future)/,
    scenarios: /idle|end$|grace|renewal is|revoked|old sign-in|expired/,
  },
  { effect: "ends", calls: /^clock/, modes: /the (past|future)/ },
  // A store that has lost the marker of a revocation, which has no second copy.
  {
    effect: "passes",
    calls: /^(store\.get|driver\.getItem|JSON\.parse)/,
    modes: /undefined|null/,
    scenarios: /revoked/,
  },
  // What is no marker counts as one.
  { effect: "ends", calls: /^(store\.get|driver\.getItem) .*null/ },
  // What is no token response, or no ID token, does not confirm the session.
  { effect: "ends", calls: /^(JSON|jose\.decodeJwt)/, scenarios: /renew/ },
  // The index keeps what a host condition answers; it can only restrict.
  { effect: "ends", calls: /^condition host/ },
];

function isUndetectable(effect: "passes" | "ends", { call, mode, scenario }: Trial): boolean {
  return undetectable.some(
    (one) =>
      one.effect === effect &&
      one.calls.test(`${call.name} ${call.result}`) &&
      one.modes?.test(mode) !== false &&
      one.scenarios?.test(scenario.name) !== false,
  );
}

/** Every `share`th fault; with FAULTS=all every one, which takes minutes. */
const share = process.env["FAULTS"] === "all" ? 1 : 8;
const atOnce = 40;

describe("one call of a dependency that fails", () => {
  it("lets no request pass without a right to, ends no process and outlives no request", async () => {
    const trials: Trial[] = [];
    for (const scenario of scenarios) {
      const honest = await stand.run(scenario);
      expect([scenario.name, honest.answer.status, honest.afterwards.status]).toEqual([
        scenario.name,
        scenario.status,
        scenario.status,
      ]);
      expect(userIn(honest)).toBe(scenario.subject);
      for (const [at, call] of honest.calls.entries())
        for (const mode of modesFor(call).keys()) trials.push({ scenario, honest, at, call, mode });
    }

    const chosen = trials.filter((_, index) => index % share === 0);
    const faults: string[] = [];
    const waiting = chosen.values();
    const work = async () => {
      for (const trial of waiting) faults.push(...(await faultsOf(trial)));
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    process.stdout.write(`${chosen.length} of ${trials.length} faults injected\n`);

    expect(faults).toEqual([]);
    expect(crashes).toEqual([]);
    expect(chosen.length).toBeGreaterThan(1_500);
  }, 600_000);
});

async function faultsOf(trial: Trial): Promise<string[]> {
  const { scenario, at, call, mode } = trial;
  const fault = { at, mode: modesFor(call).get(mode) ?? (() => undefined) };
  const outcome = await stand.run(scenario, fault).catch((error: unknown) => String(error));
  const label = `${scenario.name}: call ${at}, ${call.name} (${call.result}), ${mode}`;
  if (typeof outcome === "string") return [`${label}: ${outcome}`];
  const { answer, afterwards } = outcome;
  const found = {
    "the fault was not injected": outcome.hit !== call.name,
    "the request passes": is2xx(answer) && !mayPass(trial, outcome),
    "the status is unusual": !is2xx(answer) && !refusals.has(answer.status),
    "the body contains internals": /\n +at |injected/.test(answer.body),
    "a later request gets another answer":
      afterwards.status !== scenario.status && !mayDiffer(trial, afterwards.status),
  };
  return Object.entries(found).flatMap(([name, isSo]) =>
    isSo ? [`${label}: ${name}: ${answer.status}, then ${afterwards.status}`] : [],
  );
}

const refusals = new Set([302, 400, 401, 403, 429, 500, 503]);

function is2xx({ status }: Outcome["answer"]): boolean {
  return status >= 200 && status < 300;
}

/** Only where the request passes without the fault too, as the same person; a public page also without one. */
function mayPass(trial: Trial, outcome: Outcome): boolean {
  if (isUndetectable("passes", trial)) return true;
  const { scenario, honest } = trial;
  if (outcome.answer.status !== scenario.status) return false;
  const isSame = userIn(outcome) === userIn(honest);
  return isSame || (scenario.host === "public" && userIn(outcome) === "");
}

function mayDiffer(trial: Trial, status: number): boolean {
  if (status >= 200 && status < 300) return isUndetectable("passes", trial);
  return refusals.has(status) && isUndetectable("ends", trial);
}

/** The person that the identity headers of a 2xx name. */
function userIn({ answer }: Outcome): unknown {
  return is2xx(answer) ? answer.headers["x-auth-request-user"] : undefined;
}
