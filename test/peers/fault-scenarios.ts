import { byCredentials } from "./fault-credentials.ts";
import { byRule } from "./fault-rules.ts";
import { bySession } from "./fault-sessions.ts";
import { notListed, session, type Scenario } from "./fault-states.ts";

const compat = { compat: "oauth2-proxy", rules: [], users: undefined };
const noFamily = {
  "X-Forwarded-Method": "",
  "X-Forwarded-Uri": "",
  Accept: "application/json",
};

const byEndpoint: readonly Scenario[] = [
  { name: "no session at /auth", status: 401, endpoint: "/auth", settings: compat },
  {
    name: "a session at /auth",
    status: 202,
    subject: "ada",
    endpoint: "/auth",
    settings: compat,
    prepare: (world) => session(world),
  },
  {
    name: "a person not listed at /auth",
    status: 403,
    endpoint: "/auth",
    settings: compat,
    prepare: (world) => session(world, notListed),
  },
  { name: "a request without a header family", status: 400, headers: noFamily },
  {
    name: "a request without its method",
    status: 400,
    headers: { "X-Forwarded-Method": "" },
    prepare: (world) => session(world),
  },
  {
    name: "a proxy that is not trusted",
    status: 403,
    settings: { trustedProxies: ["198.51.100.0/24"] },
    prepare: (world) => session(world),
  },
];

export const scenarios: readonly Scenario[] = [
  ...bySession,
  ...byRule,
  ...byCredentials,
  ...byEndpoint,
];
