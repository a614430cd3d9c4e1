import { domainToASCII, domainToUnicode } from "node:url";

/** An email address in the canonical spelling that policies compare. */
export interface Email {
  readonly address: string;
  readonly domain: string;
}

const localPart = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u;
const unicodeDomain = /^[\p{L}\p{M}\p{N}.-]{1,253}$/u;
const asciiDomain =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Requires exactly one `@` and a valid domain: `a@evil.com@company.com` is rejected, even if a provider sends it.
 * Only ASCII letters are lowered, because Unicode would lower the Kelvin sign to a `k`.
 */
export function parseEmail(written: string): Email | undefined {
  const [local = "", domain = "", ...rest] = written.split("@");
  if (rest.length > 0 || !localPart.test(local)) return undefined;
  const ascii = canonicalDomain(domain);
  return ascii === undefined
    ? undefined
    : { address: `${lowerAscii(local)}@${ascii}`, domain: ascii };
}

/**
 * A domain in ASCII and lower case; undefined = invalid. `domainToASCII` alone is too lenient: it drops line breaks
 * and invisible letters, decodes `%6d`, and folds look-alikes (full-width or circled letters) into plain ones, so an
 * attacker could use an address that folds to one of the operator's. A domain that does not round-trip is rejected.
 */
export function canonicalDomain(written: string): string | undefined {
  if (!unicodeDomain.test(written)) return undefined;
  const ascii = domainToASCII(written);
  const isAscii = /^[A-Za-z0-9.-]*$/.test(written);
  const back = isAscii ? ascii : domainToUnicode(ascii);
  return asciiDomain.test(ascii) && back === lower(written) ? ascii : undefined;
}

/** Lowers each letter, except the few that would become ASCII. */
function lower(text: string): string {
  return text.replace(/\p{Lu}/gu, (letter) => {
    const small = letter.toLowerCase();
    return /[a-z]/.test(small) && !/[A-Z]/.test(letter) ? letter : small;
  });
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
