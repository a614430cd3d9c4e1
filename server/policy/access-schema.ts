import * as v from "valibot";
import { canonicalDomain, parseEmail } from "../identity/email.ts";
import { hostOutsideAscii } from "../values/ascii-host.ts";
import { text, checkedString } from "../values/leaves.ts";

function emailDomainFault(written: string): string | undefined {
  if (written === "*")
    return "matches every domain: use `verified: true` instead, which admits every verified address";
  if (/^[@.]/.test(written)) {
    return "starts with @ or a dot: use example.com, or *.example.com for its subdomains";
  }
  const fault = hostOutsideAscii(written);
  if (fault !== undefined) return fault;
  return emailDomainPattern(written)
    ? undefined
    : "is not a domain: use example.com, or *.example.com for its subdomains";
}

/** `example.com` for that domain only, `*.example.com` for its subdomains only. */
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
  checkedString((written) =>
    parseEmail(written) === undefined
      ? "is not an email address: use one such as ada@example.com"
      : hostOutsideAscii(written.slice(written.indexOf("@") + 1)),
  ),
  v.transform((written) => parseEmail(written)?.address ?? written),
);

const lists = {
  domains: v.optional(v.array(emailDomain)),
  emails: v.optional(v.array(email)),
  groups: v.optional(v.array(text)),
  subjects: v.optional(v.array(text)),
  /** Every identity with an email address that counts: a verified one, or with `trustEmail` an unmarked one. */
  verified: v.optional(
    v.pipe(
      v.boolean(),
      v.check((isOn) => isOn, "matches no identity: write `verified: true`, or remove it"),
    ),
  ),
};

/** One match is enough, so `verified` would also admit those whom the lists beside it leave out. */
const verifiedAlone = <Written extends Readonly<Record<string, unknown>>>() =>
  v.check<Written, string>(
    (written) => written.verified !== true || !Object.entries(written).some(isList),
    "with `verified: true`, everyone with a verified address has access, whatever the lists beside it contain: to require both, write `all: [{ verified: true }, { … }]`",
  );

function isList([key, value]: [string, unknown]): boolean {
  return value !== undefined && key !== "verified" && key !== "anyone";
}

/**
 * A list of which every entry must match the identity. An entry without a list would match no identity, and an empty
 * `all` would match every identity.
 */
const everyOf = <Entry extends v.GenericSchema<object, object> & { readonly entries: object }>(
  entry: Entry,
) =>
  v.optional(
    v.pipe(
      v.array(
        v.pipe(
          entry,
          v.check(
            (written) => Object.values(written).some((list) => list !== undefined),
            `matches no identity: add one of ${Object.keys(entry.entries).join(", ")}`,
          ),
        ),
      ),
      v.minLength(1, "is empty: add an entry, or remove it"),
    ),
  );

/** The identities that have access where no rule decides. */
export const access = v.pipe(
  v.strictObject({
    ...lists,
    anyone: v.optional(v.boolean()),
    all: everyOf(v.pipe(v.strictObject(lists), verifiedAlone())),
  }),
  verifiedAlone(),
);

/** JSON has no infinite numbers (RFC 8259 §6). Rules are compared by their JSON, where both infinities are null. */
const number = v.pipe(
  v.number(),
  v.finite("is not a number that a claim can have: use a finite one"),
);

export const claimValue = v.union([v.string(), number, v.boolean()]);

const listsAndClaims = {
  ...lists,
  claims: v.optional(v.record(text, v.union([claimValue, v.array(claimValue)]))),
};

/** The identities that one rule allows; all entries of `claims` must match. */
export const ruleAccess = v.pipe(
  v.strictObject({
    ...listsAndClaims,
    all: everyOf(v.pipe(v.strictObject(listsAndClaims), verifiedAlone())),
  }),
  verifiedAlone(),
);

export type Access = v.InferOutput<typeof access>;
export type RuleAccess = v.InferOutput<typeof ruleAccess>;
