import { Agent } from "node:http";
import { startHostileIssuer, type HostileIssuer } from "../test/peers/hostile-issuer.ts";
import { ask } from "./ask.ts";
import { openDoor } from "./doors.ts";
import { cpuMs } from "./process.ts";
import { spreadOf, type Spread } from "./turns.ts";

/** In each round: more than a second of CPU, so that the clock tick of 10 ms does not count. */
export const signIns = 1_500;
/** After this many the compiler has optimized the code of a sign-in. */
const signInsBefore = 4_000;
const rounds = 5;

/** The issuer's ID token has all claims that doorward wants, or it has to ask userinfo for them. */
type ClaimsFrom = "ID token" | "userinfo";

/** CPU time of doorward only, all its threads; the issuer runs in this process. Connections are reused, as a proxy does. */
export async function signInCost(from: ClaimsFrom): Promise<Spread> {
  const issuer = await startHostileIssuer();
  const providers = { company: { type: "oidc", issuer: issuer.issuer, clientId: "door" } };
  const settings = { access: { anyone: true }, providers };
  const door = await openDoor({ settings, sessions: 0 });
  const agent = new Agent({ keepAlive: true });
  let people = 0;
  const signInMany = async (count: number) => {
    for (let index = 0; index < count; index++) {
      issuer.twist = personAt(people++, from);
      await signIn(door.port, issuer, agent);
    }
    issuer.received.length = 0;
    issuer.secrets.length = 0;
  };
  await signInMany(signInsBefore);
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = cpuMs([door.pid]);
    await signInMany(signIns);
    costs.push((cpuMs([door.pid]) - before) / signIns);
  }
  agent.destroy();
  await door.close();
  await issuer.close();
  return spreadOf(costs);
}

/** Each sign-in is of another person: what is remembered of one is of no use for the next. */
function personAt(index: number, from: ClaimsFrom): HostileIssuer["twist"] {
  const sub = `person-${index}`;
  const address = { email: `${sub}@example.com`, email_verified: true };
  const all = { sub, ...address, name: sub, preferred_username: sub, groups: ["staff"] };
  return from === "userinfo" ? { claims: { sub }, userinfo: all } : { claims: all };
}

async function signIn(port: number, issuer: HostileIssuer, agent: Agent): Promise<void> {
  const host = ["Host", "auth.example.com"];
  const start = await ask(port, "/start?rd=%2F", host, agent);
  const cookies = (start.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0]);
  const back = new URL(issuer.consent(start.headers.location ?? ""));
  const headers = [...host, "Cookie", cookies.join("; ")];
  const called = await ask(port, back.pathname + back.search, headers, agent);
  if (called.status !== 302) throw new Error(`/callback answers ${called.status}`);
}
