import { isLoopbackHost } from "../http/loopback.ts";
import { urlHostOutsideAscii } from "./ascii-host.ts";
import { placeholderIn } from "./placeholder.ts";

/**
 * What is wrong with an address of doorward or of an issuer; undefined = it is valid. Plain http would send cookies
 * and codes unencrypted, so it is allowed for localhost only.
 */
export function webAddressFault(written: string): string | undefined {
  if (!URL.canParse(written)) return "is not a URL: use https://…";
  const url = new URL(written);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return "is not an https URL: use https://…";
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    return "uses plain http, which is allowed for localhost only: use https://…";
  }
  if (url.username !== "" || url.password !== "")
    return "contains a user name or password: remove it";
  const ofHost = urlHostOutsideAscii(written);
  if (ofHost !== undefined) return ofHost;
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(written)) {
    return "contains a query or a fragment: end it after its path";
  }
  return undefined;
}

/** The same for an address that an operator writes. */
export function ownAddressFault(written: string): string | undefined {
  const placeholder = placeholderIn(written);
  return placeholder === undefined
    ? webAddressFault(written)
    : `has ${placeholder} from an example: write your own address`;
}

/** The same for an issuer, which is not the address of its metadata. */
export function issuerAddressFault(written: string): string | undefined {
  const [, issuer] = /^(.+?)\/*\/\.well-known(\/|$)/.exec(written) ?? [];
  return issuer === undefined
    ? ownAddressFault(written)
    : `is the address of an issuer's metadata: write ${issuer}, exactly as \`issuer\` in that document`;
}

/** The same for the address of an issuer's metadata. A document's address may have a query, as at Microsoft. */
export function discoveryFault(written: string): string | undefined {
  const [document = ""] = /^[^?#]+\/\.well-known\/[^?#]+(?=\?[^#]*$)/.exec(written) ?? [];
  return ownAddressFault(document === "" ? written : document);
}
