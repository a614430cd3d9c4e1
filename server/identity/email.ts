import { domainToASCII, domainToUnicode } from "node:url";

/** An email address in the one spelling that policies compare. */
export interface Email {
  readonly address: string;
  readonly domain: string;
}

const localPart = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u;
const unicodeDomain = /^[\p{L}\p{M}\p{N}.-]{1,253}$/u;
const asciiDomain =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Exactly one `@` and a domain that is one: `a@evil.com@company.com` is nobody's address, whatever a
 * provider may think. Letters are lowered by ASCII alone, or the Kelvin sign would become a `k`.
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
 * A domain in ASCII and lower case, or nothing. `domainToASCII` alone is too kind: it drops line breaks
 * and invisible letters, decodes `%6d`, and folds look-alikes (a full-width letter, a circled one) into
 * plain ones, so that somebody could register what merely folds to ours. What does not come back from
 * ASCII as it was written is refused.
 */
export function canonicalDomain(written: string): string | undefined {
  if (!unicodeDomain.test(written)) return undefined;
  const ascii = domainToASCII(written);
  const isAscii = /^[A-Za-z0-9.-]*$/.test(written);
  const back = isAscii ? ascii : domainToUnicode(ascii);
  return asciiDomain.test(ascii) && back === lower(written) ? ascii : undefined;
}

/** Lower case letter by letter, but for those few that would become ASCII by it. */
function lower(text: string): string {
  return text.replace(/\p{Lu}/gu, (letter) => {
    const small = letter.toLowerCase();
    return /[a-z]/.test(small) && !/[A-Z]/.test(letter) ? letter : small;
  });
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
