import { hotSession, notListed, session, type Scenario, type World } from "./fault-states.ts";
import type { Fields } from "./token-issuer.ts";

const longAgo = (world: World) => ({ auth_time: world.clock.now / 1000 - 3600 });

export const faultRules: readonly Fields[] = [
  { host: "public.example.com", allow: "public" },
  { host: "part.example.com", path: "/open/**", methods: ["GET"], query: "x", allow: "public" },
  { host: "lan.example.com", ip: "203.0.113.7", allow: "public" },
  { host: "company.example.com", provider: "company", allow: "signed-in" },
  { host: "denied.example.com", deny: true },
  { host: "ops.example.com", allow: { groups: ["ops"] } },
  { host: "recent.example.com", maxAge: "15m" },
  { host: "strong.example.com", acr: ["mfa"] },
  { host: "api.example.com", bearer: { introspection: true } },
  { host: "backup.example.com", basic: true, allow: { subjects: ["nightly", "weekly"] } },
];

export const byRule: readonly Scenario[] = [
  { name: "a public page", status: 200, subject: "", host: "public" },
  {
    name: "a public page and a session",
    status: 200,
    subject: "ada",
    host: "public",
    prepare: (world) => session(world),
  },
  {
    name: "a public page and a store that is down",
    status: 200,
    subject: "",
    host: "public",
    isStoreDown: true,
    prepare: (world) => session(world),
  },
  { name: "a path that servers read in two ways", status: 302, host: "public", uri: "/a%2fb" },
  { name: "a public path", status: 200, subject: "", host: "part", uri: "/open/a?x=1" },
  { name: "another path", status: 302, host: "part", uri: "/a?x=1" },
  { name: "another query", status: 302, host: "part", uri: "/open/a?y=1" },
  {
    name: "another method",
    status: 401,
    host: "part",
    uri: "/open/a?x=1",
    headers: { "X-Forwarded-Method": "POST", "Sec-Fetch-Mode": "cors" },
  },
  {
    name: "a public address",
    status: 200,
    subject: "",
    host: "lan",
    headers: { "X-Forwarded-For": "203.0.113.7" },
  },
  {
    name: "another address",
    status: 302,
    host: "lan",
    headers: { "X-Forwarded-For": "203.0.113.8" },
  },
  {
    name: "a listed provider",
    status: 200,
    subject: "ada",
    host: "company",
    prepare: (world) => session(world, notListed),
  },
  { name: "a denied page", status: 403, host: "denied", prepare: (world) => hotSession(world) },
  { name: "a group", status: 200, subject: "ada", host: "ops", prepare: (w) => hotSession(w) },
  { name: "another group", status: 403, host: "ops", prepare: (w) => session(w, { groups: [] }) },
  {
    name: "a recent sign-in",
    status: 200,
    subject: "ada",
    host: "recent",
    prepare: (world) => session(world, { claims: { auth_time: world.clock.now / 1000 } }),
  },
  {
    name: "an old sign-in",
    status: 302,
    host: "recent",
    prepare: (world) => session(world, { claims: longAgo(world) }),
  },
  { name: "a weak sign-in", status: 302, host: "strong", prepare: (world) => hotSession(world) },
  {
    name: "a narrowing that lists the person",
    status: 200,
    subject: "ada",
    endpoint: "/verify?allowed_groups=ops",
    prepare: (world) => hotSession(world),
  },
  {
    name: "a narrowing that does not",
    status: 403,
    endpoint: "/verify?allowed_groups=staff",
    prepare: (world) => hotSession(world),
  },
];
