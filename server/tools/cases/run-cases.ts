import { ConfigError, type Fault } from "../../config/faults.ts";
import { reasonsOf } from "../../observe/log.ts";
import { identityWords } from "../policy/explain.ts";
import { explanationOf, type Explanation } from "../policy/explanation.ts";
import type { Policy } from "../policy/policy.ts";
import { readUrl } from "../policy/requested-url.ts";
import type { PolicyCase } from "./case-schema.ts";
import type { PlacedCase } from "./read-cases.ts";

/** A case and what the configuration decides about it. */
export interface CaseResult extends PlacedCase {
  readonly explanation: Explanation;
  readonly isAsExpected: boolean;
}

/** Decides every case. Throws a `ConfigError` that lists the cases without a possible person. */
export async function runCases(
  policy: Policy,
  file: string,
  cases: readonly PlacedCase[],
  now: number,
): Promise<CaseResult[]> {
  const faults: Fault[] = [];
  const results: CaseResult[] = [];
  for (const [index, { line, written }] of cases.entries()) {
    try {
      const explanation = await explanationFor(policy, written, now);
      results.push({ line, written, explanation, isAsExpected: isMet(written, explanation) });
    } catch (error) {
      faults.push({ path: `${file}:${line}: cases.${index}`, message: reasonsOf(error) });
    }
  }
  if (faults.length > 0) throw new ConfigError(file, faults);
  return results;
}

function explanationFor(policy: Policy, written: PolicyCase, now: number): Promise<Explanation> {
  const { url, method, address, expect: _, rule: __, ...person } = written;
  const asked = { request: readUrl(url, method), address, isPreflight: false };
  return explanationOf(policy, asked, person, now);
}

function isMet({ expect, rule }: PolicyCase, { ruling }: Explanation): boolean {
  return ruling.verdict === expect && (rule === undefined || ruling.rule === rule);
}

/** The cases that came out otherwise, with the reasons, and the count of all. */
export function resultLines(file: string, results: readonly CaseResult[]): string[] {
  const failed = results.filter(({ isAsExpected }) => !isAsExpected);
  const count = results.length === 1 ? "1 case" : `${results.length} cases`;
  return [
    ...failed.flatMap((result) => failureLines(file, result)),
    failed.length === 0
      ? `${count}, all as expected`
      : `${count}, ${failed.length} not as expected`,
  ];
}

function failureLines(file: string, { line, written, explanation }: CaseResult): string[] {
  const { identity, absence, considered, ruling } = explanation;
  const { verdict, rule = "no site", reason } = ruling;
  const person = identity === undefined ? (absence ?? "not signed in") : identityWords(identity);
  const from = written.address === undefined ? "" : ` from ${written.address}`;
  const by = written.rule === undefined ? "" : ` by ${written.rule}`;
  const why = reason === undefined ? "" : `: ${reason}`;
  const expected = considered.find((one) => one.rule === written.rule && one.match === "no");
  const others = considered.filter((one) => one.match === "maybe");
  return [
    `FAIL ${file}:${line}: ${written.method} ${written.url}${from} (${person})`,
    `     expected ${written.expect}${by}, and it is ${verdict} by ${rule}${why}`,
    ...Object.values(ruling.gaps ?? {}).map((gap) => `     ${gap}`),
    ...others.map((one) => `     ${one.rule} may match: servers read this request in several ways`),
    ...(expected === undefined
      ? []
      : [`     ${expected.rule} does not match: ${expected.because}`]),
  ];
}
