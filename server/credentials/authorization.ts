import type { RequestHeaders } from "../forwarded/request-headers.ts";

/** What an `Authorization` header holds, in the schemes that we know. */
export type Credentials =
  | { readonly scheme: "bearer"; readonly token: string }
  | { readonly scheme: "basic"; readonly user: string; readonly password: string };

/** What fits into one header line of nginx; whatever is longer is not even looked at. */
const longestToken = 8 * 1024;
const longestHeader = longestToken * 2;

/** RFC 6750 §2.1. Nothing that is written otherwise can be a token. */
const tokenGrammar = /^[A-Za-z0-9\-._~+/]+=*$/;
const basicGrammar = /^[A-Za-z0-9+/_-]*=*$/;

/**
 * Credentials in a scheme of ours, or nothing: `Digest`, `Negotiate` and the rest are for the app behind
 * us. What is of our scheme and malformed has an empty token or name, which nobody has.
 */
export function parseAuthorization(written: string): Credentials | undefined {
  const [, scheme = "", rest = ""] = /^([A-Za-z0-9-]{1,32})(?: +|$)(.*)$/s.exec(written) ?? [];
  const value = written.length > longestHeader ? "" : rest.trimEnd();
  switch (scheme.toLowerCase()) {
    case "bearer":
      return { scheme: "bearer", token: isToken(value) ? value : "" };
    case "basic":
      return parseBasic(value);
    default:
      return undefined;
  }
}

function parseBasic(value: string): Credentials {
  const text = basicGrammar.test(value) ? Buffer.from(value, "base64").toString("utf8") : "";
  const colon = text.indexOf(":");
  if (colon === -1) return { scheme: "basic", user: "", password: "" };
  return { scheme: "basic", user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function isToken(value: string): boolean {
  return value.length <= longestToken && tokenGrammar.test(value);
}

/** Three parts: a signed token (RFC 7515 §7.1). Whatever else there is only its issuer can read. */
export function isSignedToken(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/**
 * The token of a request, "" where there is none to be found. git, npm and pip know Basic alone, and
 * send a token as the password of some name, or as the name with no password or a filler.
 */
export function tokenOf(credentials: Credentials): string {
  if (credentials.scheme === "bearer") return credentials.token;
  const parts = [credentials.password, credentials.user].filter(isToken);
  return parts.find(isSignedToken) ?? parts.find((part) => part !== "x-oauth-basic") ?? "";
}

/** The token in an `Authorization` header; undefined where the header is the app's own affair. */
export function tokenIn(authorization: string): string | undefined {
  const credentials = parseAuthorization(authorization);
  return credentials && tokenOf(credentials);
}

/** Whether a program speaks that brought a token: it can follow no redirect to a sign-in. */
export function bearsToken(headers: RequestHeaders): boolean {
  const written = headers.get("authorization");
  return written !== undefined && /^bearer(?: |$)/i.test(written);
}
