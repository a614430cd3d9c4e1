import type { PlainPerson, PlainRule } from "./plain-policy.ts";

type Lists = Readonly<Record<string, unknown>>;

/** Of several lists, one match is enough; in `all`, every entry must match; under `claims`, every claim. */
export function isListed(list: Lists | undefined, person: PlainPerson): boolean {
  if (list === undefined) return false;
  const { claims } = person;
  const email = claims.email_verified ? claims.email.toLowerCase() : undefined;
  const domain = email?.split("@")[1];
  const wanted = Object.entries((list["claims"] ?? {}) as Record<string, unknown>);
  const all = (list["all"] ?? []) as Lists[];
  const tests: Record<string, (entry: string) => boolean> = {
    emails: (entry) => email === entry.toLowerCase(),
    domains: (entry) =>
      entry.startsWith("*.") ? domain?.endsWith(entry.slice(1)) === true : domain === entry,
    groups: (entry) => claims.groups.includes(entry),
    subjects: (entry) => claims.sub === entry,
  };
  return (
    list["anyone"] === true ||
    Object.entries(tests).some(([name, test]) => listOf(list[name] ?? []).some(test)) ||
    (all.length > 0 && all.every((entry) => isListed(entry, person))) ||
    (wanted.length > 0 && wanted.every(([name, value]) => [value].flat().includes(claims[name])))
  );
}

/** `maxAge` has a tolerance of 30 seconds. */
export function isSignInEnough(rule: PlainRule, { claims }: PlainPerson, now: number): boolean {
  const { auth_time: at, acr } = claims;
  if (rule["maxAge"] !== undefined) {
    const minutes = Number(String(rule["maxAge"]).replace("m", ""));
    if (typeof at !== "number") return false;
    const age = now / 1000 - at;
    if (age < -30 || age > minutes * 60 + 30) return false;
  }
  return rule["acr"] === undefined || listOf(rule["acr"]).includes(String(acr));
}

/** Every narrowing must match; an empty one matches no identity. */
export function isNarrowedTo(
  name: string,
  value: string,
  person: PlainPerson | undefined,
): boolean {
  if (person === undefined) return false;
  const list = { allowed_groups: "groups", allowed_emails: "emails" }[name] ?? "domains";
  const entries = value.split(",").filter((entry) => entry !== "");
  return isListed({ [list]: entries }, person);
}

function listOf(value: unknown): string[] {
  return [value].flat().map(String);
}
