import { isIP } from "node:net";
import * as v from "valibot";
import { nearest } from "../../config/nearest.ts";
import { parseEmail } from "../../identity/email.ts";
import { checkedString, oneOrMore, text } from "../../values/leaves.ts";
import { readUrl } from "../policy/requested-url.ts";

const verdicts = ["allow", "challenge", "deny"] as const;

/** The message of an error that a value of a case causes; undefined = the value is valid. */
function thrownBy(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const url = checkedString((written) => thrownBy(() => readUrl(written, "GET")));

const method = checkedString((written) =>
  thrownBy(() => readUrl("https://example.com/", written)) === undefined
    ? undefined
    : "is not a method: use one such as GET or POST",
);

const address = checkedString((written) =>
  isIP(written) === 0 ? "is not an address: use one such as 203.0.113.7" : undefined,
);

const email = checkedString((written) =>
  parseEmail(written) === undefined
    ? "is not an email address: use one such as ada@example.com"
    : undefined,
);

const expected = v.pipe(
  checkedString((written) => {
    if (verdicts.some((verdict) => verdict === written)) return undefined;
    const meant = nearest(written, verdicts);
    const hint = meant === undefined ? "" : `: did you mean ${meant}?`;
    return `is not one of ${verdicts.join(", ")}${hint}`;
  }),
  v.picklist(verdicts),
);

const ruleName = checkedString((written) =>
  /^(access|rules\.(0|[1-9]\d*))$/.test(written)
    ? undefined
    : "is not the name of a rule: use one such as rules.0, as explain prints it, or access",
);

export const policyCase = v.strictObject({
  url,
  method: v.optional(method, "GET"),
  /** The visitor's own address. */
  address: v.optional(address),
  provider: v.optional(text),
  subject: v.optional(text),
  email: v.optional(email),
  groups: v.optional(
    v.lazy((written) => (Array.isArray(written) ? v.array(text) : oneOrMore(text))),
  ),
  claims: v.optional(v.record(v.string(), v.unknown())),
  expect: expected,
  /** What decides: `rules.0`, or `access`. */
  rule: v.optional(ruleName),
});

/** A file of cases. */
export const caseFile = v.strictObject({
  cases: v.pipe(
    v.array(policyCase),
    v.minLength(1, "is empty, so it tests nothing: add a case such as { url: …, expect: allow }"),
    v.maxLength(10_000, "has more than 10000 cases: use several files"),
  ),
});

export type PolicyCase = v.InferOutput<typeof policyCase>;
