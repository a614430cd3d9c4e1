import { expect, it, vi } from "vitest";
import { headerFamilies } from "../../server/forwarded/dialects.ts";
import { createSite } from "../../server/config/site.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { AllowCounts } from "../../server/verify/allow-counts.ts";

const sites = ["https://auth.example.com", "https://auth.example.org"].map((url) =>
  createSite({ url, cookie: {} }),
);
const rules = ["access", "rules.0", "rules.1"];
const contexts = sites.flatMap((site) => headerFamilies.map((dialect) => ({ site, dialect })));

it("the count of an allow is that of its site, rule and dialect, and is looked up once", () => {
  const { decisions } = createCounts();
  const allowCounts = new AllowCounts({ decisions });
  const lookUp = vi.spyOn(decisions, "of");

  for (let round = 0; round < 3; round++)
    for (const context of contexts) for (const rule of rules) allowCounts.of(context, rule).value++;

  expect(lookUp).toHaveBeenCalledTimes(contexts.length * rules.length);
  for (const { site, dialect } of contexts)
    for (const rule of rules)
      expect(decisions.of("allow", site.name, rule, dialect.name).value).toBe(3);
});
