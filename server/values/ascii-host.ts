import { canonicalDomain } from "../identity/email.ts";

const outsideAscii = /[^\p{ASCII}]/u;

/**
 * What is wrong with a text that holds a host name outside ASCII; undefined = nothing. Proxies, browsers and cookies
 * compare the `xn--` form of such a name (RFC 5891), and two names that look alike have different ones. So the
 * configuration takes that form only, and nowhere another.
 */
export function hostOutsideAscii(written: string): string | undefined {
  if (!outsideAscii.test(written)) return undefined;
  const ascii = written.replace(/[^\s,:/@*[\]]+/g, (name) => asciiOf(name) ?? name);
  return outsideAscii.test(ascii)
    ? "has characters that no host name can have: write it in ASCII"
    : `is not in ASCII: write ${ascii}`;
}

/** The same for the host of a URL, which parsers convert silently. */
export function urlHostOutsideAscii(written: string): string | undefined {
  const [, authority = ""] = /^[a-z][a-z0-9+.-]*:[\\/]*([^\\/?#]*)/i.exec(written.trim()) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host.includes("%")) return "has % in its host name: write it in ASCII";
  const fault = hostOutsideAscii(host);
  return fault && `has a host name that ${fault}`;
}

/** A name, or the end of one, such as `.bücher.example`. */
function asciiOf(name: string): string | undefined {
  const [, dot = "", rest = ""] = /^(\.?)(.*)$/u.exec(name) ?? [];
  const ascii = canonicalDomain(rest);
  return ascii === undefined ? undefined : dot + ascii;
}
