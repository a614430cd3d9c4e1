import type { Identity } from "../identity/identity.ts";
import { isHeaderText, sentGroups } from "../policy/identity-headers.ts";
import type { SigningKey } from "./signing-key.ts";

/** How long an assertion is valid. After a sign-out, the last one of the session lives at most this long. */
export const lifetimeMs = 5 * 60_000;

interface Use {
  /** The site. */
  readonly iss: string;
  /** The origin of the app: an assertion for one app is none for another. */
  readonly aud: string;
  /** In milliseconds since the epoch. */
  readonly now: number;
  /** The longest assertion that fits into the response. */
  readonly mostBytes: number;
  /** The groups that `access` and rules name. */
  readonly named: ReadonlySet<string>;
}

interface Signed {
  /** Empty: the identity cannot be asserted. */
  readonly assertion: string;
  /** What was left out, for the log; undefined = nothing. */
  readonly omitted: string | undefined;
}

const unusable =
  "the subject contains a control character or a lone surrogate, or a space at either end, or is too long";

/** Signs who sends requests to an app. Without a usable subject there is no assertion, and the app refuses. */
export function signIdentity(key: SigningKey, identity: Identity, use: Use): Signed {
  const { iss, aud, now, mostBytes, named } = use;
  const { subject, email, provider } = identity;
  const iat = Math.floor(now / 1000);
  const claims = {
    iss,
    aud,
    sub: subject,
    ...(email !== undefined && isHeaderText(email) ? { email } : {}),
    provider,
    iat,
    exp: iat + lifetimeMs / 1000,
  };
  const all = sentGroups(identity, named);
  const bytes = Buffer.byteLength(JSON.stringify({ ...claims, groups: [] }));
  if (subject === "" || !isHeaderText(subject) || key.lengthFor(bytes) > mostBytes)
    return { assertion: "", omitted: unusable };
  const groups = fitting(
    all.filter(isHeaderText),
    (added) => key.lengthFor(bytes + added) <= mostBytes,
  );
  const assertion = key.sign({ ...claims, groups });
  return {
    assertion,
    omitted: groups.length < all.length ? `${all.length - groups.length} groups` : undefined,
  };
}

/** The first groups that fit. A shortened list is still correct. */
function fitting(groups: readonly string[], fits: (bytes: number) => boolean): string[] {
  let bytes = 0;
  const end = groups.findIndex((group) => {
    bytes += Buffer.byteLength(JSON.stringify(group)) + 1;
    return !fits(bytes);
  });
  return end < 0 ? [...groups] : groups.slice(0, end);
}
