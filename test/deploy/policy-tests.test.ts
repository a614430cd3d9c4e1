import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCases } from "../../server/tools/cases/run-cases.ts";
import { compilePolicy } from "../../server/tools/policy/policy.ts";
import { navigation, type Browser } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { proxiesOfTests } from "./starters.ts";
import { com, openTwoDomains, type TwoDomains } from "./two-domains.ts";

const rules = [
  { host: "app.example.com", path: "/public/**", methods: ["GET"], allow: "public" },
  { host: "app.example.com", path: "/admin/**", allow: { groups: ["admins"] } },
  { host: "app.example.com", exactPath: "/health", allow: "public" },
  { host: "app.example.com", query: "share=1", allow: "public" },
  { host: "app.example.com", path: "/old/**", deny: true },
  { host: "app.example.com", path: "/pay/**", maxAge: "15m" },
];

/** The same as the stand of the proxies has. */
const config = configOf({
  sites: [{ url: com.portal, cookie: { domain: "example.com" } }],
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
  rules,
});

const people = { ada: ["admins"], bob: ["staff"] } as const;
const requests = [
  ["GET", "/public/x"],
  ["POST", "/public/x"],
  ["GET", "/public/../admin/x"],
  ["GET", "/public/..%2fadmin/x"],
  ["GET", "/admin"],
  ["GET", "//admin/x"],
  ["GET", "/%61dmin/x"],
  ["GET", "/health"],
  ["GET", "/health/"],
  ["GET", "/x?share=1"],
  ["GET", "/x?share=1&share=2"],
  ["GET", "/old/x"],
  ["GET", "/pay/x"],
  ["GET", "/"],
] as const;

const statuses = { allow: [200], challenge: [302, 303], deny: [403] };

describe.each(proxiesOfTests)("cases of doorward test, behind $name", (tested) => {
  let stand: TwoDomains;
  const browsers = new Map<keyof typeof people | undefined, Browser>();

  beforeAll(async () => {
    stand = await openTwoDomains(tested, rules);
    browsers.set(undefined, stand.newBrowser());
    browsers.set("ada", await stand.signedIn("ada"));
    browsers.set("bob", await stand.signedIn("bob"));
  });
  afterAll(() => stand.close());

  it.each([undefined, "ada", "bob"] as const)("come out as the visit of %s does", async (who) => {
    const cases = requests.map(([method, target]) => ({
      line: 0,
      written: {
        url: com.app + target,
        method,
        expect: "allow" as const,
        ...(who && { groups: [...people[who]] }),
      },
    }));
    const results = await runCases(compilePolicy(config), "cases.yaml", cases, Date.now());

    for (const [index, [method, target]] of requests.entries()) {
      const { verdict, rule } = results[index]?.explanation.ruling ?? {};
      const { answer, heard } = await stand.passing(
        async () =>
          await browsers.get(who)?.ask(`${com.app}/`, { method, target, headers: navigation }),
      );

      const seen = { method, target, rule, status: answer?.status, isPassed: heard.length > 0 };
      expect(seen).toEqual({
        ...seen,
        status: verdict && statuses[verdict].find((status) => status === answer?.status),
        isPassed: verdict === "allow",
      });
    }
  });
});
