import type { RequestHeaders } from "../forwarded/request-headers.ts";

/** The contents of an `Authorization` header in a supported scheme. */
export type Credentials =
  | { readonly scheme: "bearer"; readonly token: string }
  | { readonly scheme: "basic"; readonly user: string; readonly password: string };

/** nginx's default limit for one header line. Longer tokens are rejected unread. */
const longestToken = 8 * 1024;
const longestHeader = longestToken * 2;

/** The syntax of a bearer token, RFC 6750 §2.1. */
const tokenGrammar = /^[A-Za-z0-9\-._~+/]+=*$/;
const basicGrammar = /^[A-Za-z0-9+/_-]*=*$/;

/**
 * The credentials of a supported scheme; undefined for `Digest`, `Negotiate` and others, which are for the app.
 * Malformed credentials get an empty token or name, which never passes.
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

/** Whether a token has the three parts of a signed JWT (RFC 7515 §7.1). All other tokens are opaque. */
export function isSignedToken(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/**
 * The token of a request, "" if there is none. git, npm and pip support only Basic: they send a token as the password
 * with any name, or as the name with no password or a placeholder.
 */
export function tokenOf(credentials: Credentials): string {
  if (credentials.scheme === "bearer") return credentials.token;
  const parts = [credentials.password, credentials.user].filter(isToken);
  return parts.find(isSignedToken) ?? parts.find((part) => part !== "x-oauth-basic") ?? "";
}

/** The token in an `Authorization` header; undefined if the header is for the app. */
export function tokenIn(authorization: string): string | undefined {
  const credentials = parseAuthorization(authorization);
  return credentials && tokenOf(credentials);
}

/** Whether the client is a program with a token, which cannot follow a redirect to a sign-in. */
export function bearsToken(headers: RequestHeaders): boolean {
  const written = headers.get("authorization");
  return written !== undefined && /^bearer(?: |$)/i.test(written);
}
