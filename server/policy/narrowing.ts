import { parseEmail } from "../identity/email.ts";
import type { Narrowing } from "./policy.ts";

const names = {
  allowed_groups: "groups",
  allowed_emails: "emails",
  allowed_email_domains: "emailDomains",
} as const;

const none: readonly Narrowing[] = [];

/**
 * The narrowing parameters of `/verify`'s own query, never of the visitor's. Each occurrence is a
 * demand of its own (they are ANDed); one that is empty lets nobody pass. All others are ignored.
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
      [field]: list.map(spell[field]),
    });
  }
  return narrowings;
}

const same = (entry: string) => entry;

/** In the spelling of the identity's own, so that comparing stays a plain `===`. */
const spell = {
  groups: same,
  emails: (entry: string) => parseEmail(entry)?.address ?? entry,
  emailDomains: (entry: string) => entry.toLowerCase(),
};
