import { expect, it } from "vitest";
import { publicSuffixRules } from "../../build/public-suffixes.ts";
import { isSuffixIn, suffixList } from "../../build/suffix-list.ts";
import { isPublicSuffix } from "../../server/values/public-suffix.ts";

it("the executable's list decides as tldts does, for every rule and the domains around it", () => {
  const rules = publicSuffixRules();
  const list = suffixList(rules);
  const domains = rules.flatMap((rule) => {
    const plain = rule.replace(/^!|^\*\./, "");
    return [plain, `a.${plain}`, `b.a.${plain}`, `a${plain}`, plain.replace(/^[^.]+\./, "")];
  });
  const dotted = domains.filter((domain) => domain.includes("."));

  const different = dotted.filter((domain) => isSuffixIn(list, domain) !== isPublicSuffix(domain));

  expect(rules.length).toBeGreaterThan(9_000);
  expect(different).toEqual([]);
});
