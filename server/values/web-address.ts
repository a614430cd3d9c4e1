import { isLoopbackHost } from "../http/loopback.ts";

/**
 * Why a URL may not be used as an address of ours or of an issuer, or nothing. Plain http would send
 * cookies and codes over the wire in the clear, so it is for this machine only.
 */
export function webAddressFault(written: string): string | undefined {
  if (!URL.canParse(written)) return "is no URL: write https://…";
  const url = new URL(written);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "is no https URL";
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    return "is plain http, which is for localhost only: write https://…";
  }
  if (url.username !== "" || url.password !== "") return "holds a user name or password";
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(written)) {
    return "holds a query or a fragment: end it with its path";
  }
  return undefined;
}
