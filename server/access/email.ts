import { domainToASCII } from "node:url";

/** An email address in the one spelling that policies compare. */
export interface Email {
  readonly address: string;
  readonly domain: string;
}

const localPart = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u;
const asciiDomain =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Exactly one `@` and a domain that is one: `a@evil.com@company.com` is nobody's address, whatever a
 * provider may think. Letters are lowered by ASCII alone, or the Kelvin sign would become a `k`.
 */
export function parseEmail(written: string): Email | undefined {
  const [local = "", domain = "", ...rest] = written.split("@");
  if (rest.length > 0 || !localPart.test(local)) return undefined;
  // `domainToASCII` folds look-alikes (a full-width letter, a circled one) into plain letters. A domain
  // that such folding changes is refused, so that nobody registers what merely folds to ours.
  if (domain.normalize("NFKC") !== domain) return undefined;
  const ascii = domainToASCII(domain);
  if (!asciiDomain.test(ascii)) return undefined;
  return { address: `${lowerAscii(local)}@${ascii}`, domain: ascii };
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
