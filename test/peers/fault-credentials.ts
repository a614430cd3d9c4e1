import { person, tokenOf } from "./fault-issuer.ts";
import type { Scenario } from "./fault-states.ts";

const hour = 3_600_000;

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const basic = (name: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});

export const byCredentials: readonly Scenario[] = [
  {
    name: "a signed token",
    status: 200,
    subject: "ada",
    host: "api",
    prepare: async (world) => bearer(tokenOf(world.clock.now)),
  },
  {
    name: "a signed token again",
    status: 200,
    subject: "ada",
    host: "api",
    prepare: async (world) => {
      const headers = bearer(tokenOf(world.clock.now));
      await world.ask(headers);
      return headers;
    },
  },
  {
    name: "an expired token",
    status: 401,
    host: "api",
    prepare: async (world) => bearer(tokenOf(world.clock.now - 2 * hour)),
  },
  {
    name: "a forged token",
    status: 401,
    host: "api",
    prepare: async (world) => bearer(tokenOf(world.clock.now, {}, "at+jwt", true)),
  },
  {
    name: "another service's token",
    status: 401,
    host: "api",
    prepare: async (world) => bearer(tokenOf(world.clock.now, { aud: "other" })),
  },
  {
    name: "an active opaque token",
    status: 200,
    subject: "ada",
    host: "api",
    prepare: async (world) => {
      const answer = { active: true, token_type: "Bearer", client_id: "door", ...person };
      world.issuer.opaque.set("opaque", answer);
      return bearer("opaque");
    },
  },
  {
    name: "an inactive opaque token",
    status: 401,
    host: "api",
    prepare: async () => bearer("opaque"),
  },
  ...["nightly", "weekly"].flatMap((name): Scenario[] => [
    {
      name: `the password of ${name}`,
      status: 200,
      subject: name,
      host: "backup",
      headers: basic(name, "the right password"),
    },
    {
      name: `a wrong password of ${name}`,
      status: 401,
      host: "backup",
      headers: basic(name, "a wrong password"),
    },
  ]),
  {
    name: "a password again",
    status: 200,
    subject: "nightly",
    host: "backup",
    async prepare(world) {
      const headers = basic("nightly", "the right password");
      await world.ask(headers);
      return headers;
    },
  },
];
