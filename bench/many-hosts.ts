import { randomInt } from "node:crypto";
import { pino } from "pino";
import { createHouse } from "../server/app.ts";
import { openStore } from "../server/store/open-store.ts";
import { openSessions } from "../test/peers/sessions.ts";
import type { VerifyRequest } from "../server/door.ts";
import { createVerify } from "../server/verify.ts";
import { configOf } from "../test/peers/doorward.ts";
import { nginxQuestion, signIn } from "./requests.ts";

/** As many questions for one host as for a thousand: both walk through as much memory. */
export const questionCount = 1_000;

/** Asks the gate that many questions, one after the other, and insists that each is let through. */
export type Ask = (times: number) => void;

/**
 * A gate for that many hosts with that many rules each. Every question is for a host at random, and what
 * decides it is the last rule of its host, the farthest there is. Hosts differ in nothing but their names, as
 * where a template wrote their rules, or each lets in a group of its own.
 */
export async function gateWith(
  hosts: number,
  rulesPerHost: number,
  { hasOwnGroups = false } = {},
): Promise<Ask> {
  const names = Array.from({ length: hosts }, (_, index) => `app-${index}.example.com`);
  const areas = Array.from({ length: rulesPerHost }, (_, index) => `area-${index}`);
  const config = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { groups: ["nobody"] },
    rules: names.flatMap((host) =>
      areas.map((area) => ({
        host,
        path: `/${area}/**`,
        allow: { groups: hasOwnGroups ? [`of-${host}`, "ops"] : ["ops"] },
      })),
    ),
  });
  const log = pino({ level: "silent" });
  const sessions = openSessions({ store: await openStore(config.storage) });
  const house = createHouse(config, { sessions, log, now: Date.now });
  const [site] = house.sites;
  if (site === undefined) throw new Error("there is no site");
  const token = await signIn(sessions, site);
  const uri = `/${areas.at(-1)}/report?year=2026`;
  const questions = shuffled(
    Array.from({ length: questionCount }, (_, index) => names[index % hosts] ?? ""),
  ).map((host): VerifyRequest => ({
    method: "GET",
    query: "",
    rawHeaders: nginxQuestion(host, uri, token),
    peer: "127.0.0.1",
    site,
  }));
  const verify = createVerify(house);

  return (times) => {
    for (let index = 0; index < times; index++) {
      const answer = verify(questions[index % questionCount] as VerifyRequest);
      if (answer instanceof Promise || answer.status !== 200) throw new Error("not let through");
    }
  };
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: randomInt(2 ** 32) }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
