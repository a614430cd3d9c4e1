import { issuer } from "./fault-issuer.ts";
import { hotSession, later, notListed, revoked, session, type Scenario } from "./fault-states.ts";
import { newSession } from "./sessions.ts";

const minute = 60_000;
const hour = 60 * minute;

const unsettled = { session: { grace: "1m" } };

export const bySession: readonly Scenario[] = [
  { name: "no session", status: 302 },
  { name: "a made-up cookie", status: 302, prepare: async (w) => w.cookie("A".repeat(43)) },
  {
    name: "two session cookies",
    status: 302,
    prepare: async (world) => {
      const [one, other] = [await session(world), await session(world)];
      return { Cookie: `${one["Cookie"]}; ${other["Cookie"]}` };
    },
  },
  { name: "a hot session", status: 200, subject: "ada", prepare: (world) => hotSession(world) },
  { name: "a cold session", status: 200, subject: "ada", prepare: (world) => session(world) },
  {
    name: "a session to renew ahead",
    status: 200,
    subject: "ada",
    prepare: later(50 * minute, hotSession),
  },
  {
    name: "a session due for renewal",
    status: 200,
    subject: "ada",
    prepare: later(61 * minute, session),
  },
  {
    name: "a session whose renewal is refused",
    status: 302,
    settings: unsettled,
    prepare: later(62 * minute, (world) => {
      world.issuer.refuses = true;
      return session(world);
    }),
  },
  {
    name: "a session beyond its grace time",
    status: 302,
    settings: unsettled,
    prepare: later(62 * minute, (world) => {
      world.issuer.isDown = true;
      return session(world);
    }),
  },
  { name: "an idle session", status: 302, prepare: later(25 * hour, session) },
  { name: "an idle hot session", status: 302, prepare: later(25 * hour, hotSession) },
  {
    name: "a session at its end",
    status: 302,
    settings: { session: { lifetime: "1h", idle: "1h", refresh: "2h" } },
    prepare: later(61 * minute, session),
  },
  {
    name: "a hot session at its end",
    status: 302,
    settings: { session: { lifetime: "1h", idle: "1h", refresh: "2h" } },
    prepare: later(2 * minute, async (world) => {
      const headers = await later(59 * minute, hotSession)(world);
      await world.ask(headers);
      return headers;
    }),
  },
  ...(["all", "subject", "sid"] as const).flatMap((kind): Scenario[] => [
    { name: `a session revoked by ${kind}`, status: 302, prepare: revoked(kind, session) },
    { name: `a hot session revoked by ${kind}`, status: 302, prepare: revoked(kind, hotSession) },
  ]),
  {
    name: "a session that is signed out",
    status: 302,
    prepare: async (world) => {
      const headers = await hotSession(world);
      await world.sessions.end(world.site, headers["Cookie"]?.split("=")[1]);
      return headers;
    },
  },
  { name: "another client's session", status: 302, prepare: (w) => session(w, {}, "other") },
  {
    name: "another provider's session",
    status: 302,
    prepare: (world) => session(world, { provider: "other" }),
  },
  {
    name: "another site's session",
    status: 302,
    prepare: async (world) => {
      const site = { url: new URL("https://other.example.com") };
      return world.cookie(await world.sessions.start(newSession(site, { issuer })));
    },
  },
  { name: "a person not listed", status: 403, prepare: (world) => session(world, notListed) },
  {
    name: "a store that is down",
    status: 503,
    isStoreDown: true,
    prepare: (world) => session(world),
  },
];
