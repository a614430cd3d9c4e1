import { parseEmail } from "../identity/email.ts";
import type { Narrowing } from "./policy.ts";

const names = {
  allowed_groups: "groups",
  allowed_emails: "emails",
  allowed_email_domains: "emailDomains",
} as const;

const none: readonly Narrowing[] = [];

/**
 * The narrowing parameters in the query of `/verify` itself, never in the visitor's. Every occurrence must match; an
 * empty one matches no identity. Other parameters are ignored.
 */
export function readNarrowings(query: string): readonly Narrowing[] {
  if (query === "") return none;
  const narrowings: Narrowing[] = [];
  for (const [name, value] of new URLSearchParams(query)) {
    if (!Object.hasOwn(names, name)) continue;
    const field = names[name as keyof typeof names];
    const list = value
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== "");
    narrowings.push({
      groups: undefined,
      emails: undefined,
      emailDomains: undefined,
      [field]: list.map(normalize[field]),
    });
  }
  return narrowings;
}

const unchanged = (entry: string) => entry;

/** Entries in the spelling of the identity's values, so that both can be compared with `===`. */
const normalize = {
  groups: unchanged,
  emails(entry: string) {
    const email = parseEmail(entry);
    const isInAscii = email !== undefined && entry.toLowerCase().endsWith(`@${email.domain}`);
    return isInAscii ? email.address : entry; // as in the configuration, only the xn-- form matches
  },
  emailDomains: (entry: string) => entry.toLowerCase(),
};
