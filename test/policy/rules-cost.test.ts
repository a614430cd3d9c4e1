import { describe, expect, it } from "vitest";
import { indexByHost } from "../../server/policy/rule-index.ts";
import { compileRules } from "../../server/policy/rules.ts";
import { requestTo, type ForwardedRequest } from "../../server/forwarded/forwarded-request.ts";
import { configOf } from "../peers/doorward.ts";

const hostCount = 1_000;
const rulesPerHost = 10;

const hosts = Array.from({ length: hostCount }, (_, index) => `app-${index}.example.com`);
const forAnyHost = { path: "/healthz", allow: "public" };
const forSubdomains = { host: "*.example.com", path: "/internal/**", deny: true };
const config = configOf({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { google: { clientId: "x" } },
  rules: [
    ...hosts.flatMap((host) =>
      Array.from({ length: rulesPerHost }, (_, area) => ({
        host,
        path: `/area-${area}/**`,
        allow: { groups: [`ops-${area}`] },
      })),
    ),
    forAnyHost,
    forSubdomains,
  ],
});
const rulesOf = indexByHost(compileRules(config.rules));

function to(host: string): ForwardedRequest {
  const request = requestTo(new URL(`https://${host}/area-9/x`));
  if (request === undefined) throw new Error(`${host} is not a host`);
  return request;
}

describe("with ten rules for each of a thousand hosts", () => {
  it("compares a request only with the rules of its host, of a wildcard above it and of any host", () => {
    const counts = hosts.map((host) => rulesOf(to(host)).length);

    expect(new Set(counts)).toEqual(new Set([rulesPerHost + 2]));
  });

  it("keeps the rules of a host in the order of the list", () => {
    const names = rulesOf(to("app-417.example.com")).map(({ name }) => name);

    const first = 417 * rulesPerHost;
    const own = Array.from({ length: rulesPerHost }, (_, area) => `rules.${first + area}`);
    expect(names).toEqual([...own, "rules.10000", "rules.10001"]);
  });

  it("compares a host without rules of its own only with the rules for wildcards and any host", () => {
    expect(rulesOf(to("new.example.com")).map(({ name }) => name)).toEqual([
      "rules.10000",
      "rules.10001",
    ]);
    expect(rulesOf(to("app-1.example.org")).map(({ name }) => name)).toEqual(["rules.10000"]);
  });

  it("looks up the same host once", () => {
    expect(rulesOf(to("app-5.example.com"))).toBe(rulesOf(to("app-5.example.com")));
  });
});
