import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getPublicSuffix } from "tldts";
import { expect, it } from "vitest";
import { publicSuffixRules } from "../../build/public-suffixes.ts";
import { suffixFile, suffixFileText } from "../../build/suffix-file.ts";
import { root } from "../../docs/source-files.ts";
import { isPublicSuffix } from "../../server/values/public-suffix.ts";

it("the file has the rules of the installed tldts (npm run docs:pages)", () => {
  expect(readFileSync(join(root, suffixFile), "utf8") === suffixFileText()).toBe(true);
});

it("doorward decides as tldts does, for every rule and the domains around it", () => {
  const rules = publicSuffixRules();
  const domains = rules.flatMap((rule) => {
    const plain = rule.replace(/^!|^\*\./, "");
    return [plain, `a.${plain}`, `b.a.${plain}`, `a${plain}`, plain.replace(/^[^.]+\./, "")];
  });
  const dotted = domains.filter((domain) => domain.includes("."));
  const isSuffix = (domain: string) =>
    getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;

  const different = dotted.filter((domain) => isPublicSuffix(domain) !== isSuffix(domain));

  expect(rules.length).toBeGreaterThan(9_000);
  expect(different).toEqual([]);
});
