import * as v from "valibot";
import { canonicalDomain, parseEmail } from "../identity/email.ts";
import { text, checkedString } from "../values/leaves.ts";

function emailDomainFault(written: string): string | undefined {
  if (written === "*") return "means everybody: write `anyone: true` instead";
  if (/^[@.]/.test(written)) {
    return "starts with a sign too many: write example.com or *.example.com";
  }
  return emailDomainPattern(written)
    ? undefined
    : "is no domain: write example.com or *.example.com";
}

/** `example.com`, or `*.example.com` for what is beneath it. */
function emailDomainPattern(written: string): string | undefined {
  const prefix = written.startsWith("*.") ? "*." : "";
  const domain = canonicalDomain(written.slice(prefix.length));
  return domain && prefix + domain;
}

const emailDomain = v.pipe(
  checkedString(emailDomainFault),
  v.transform((written) => emailDomainPattern(written) ?? written),
);

const email = v.pipe(
  checkedString((written) => (parseEmail(written) ? undefined : "is no email address")),
  v.transform((written) => parseEmail(written)?.address ?? written),
);

const lists = {
  domains: v.optional(v.array(emailDomain)),
  emails: v.optional(v.array(email)),
  groups: v.optional(v.array(text)),
  subjects: v.optional(v.array(text)),
};

/** Each must name the identity, so that one without a list would name nobody, and none at all everybody. */
const everyOf = <Entry extends v.GenericSchema<object, object>>(entry: Entry) =>
  v.optional(
    v.pipe(
      v.array(
        v.pipe(
          entry,
          v.check(
            (written) => Object.values(written).some((list) => list !== undefined),
            "names nobody: write domains, emails, groups or subjects",
          ),
        ),
      ),
      v.minLength(1, "is empty: leave it out"),
    ),
  );

/** Who may pass where no rule says otherwise. */
export const access = v.strictObject({
  ...lists,
  anyone: v.optional(v.boolean()),
  all: everyOf(v.strictObject(lists)),
});

/** RFC 8259 §6 knows no infinite numbers; and what tells rules apart by their JSON would write both alike. */
const number = v.pipe(v.number(), v.finite("is no number that a claim can be"));

export const claimValue = v.union([v.string(), number, v.boolean()]);

const listsAndClaims = {
  ...lists,
  claims: v.optional(v.record(text, v.union([claimValue, v.array(claimValue)]))),
};

/** Who may pass by one rule; of `claims` all must hold. */
export const ruleAccess = v.strictObject({
  ...listsAndClaims,
  all: everyOf(v.strictObject(listsAndClaims)),
});

export type Access = v.InferOutput<typeof access>;
export type RuleAccess = v.InferOutput<typeof ruleAccess>;
