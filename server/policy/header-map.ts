/** Identity headers as configured: the name of a header, and where its value comes from. */

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/; // RFC 9110 §5.1
const reserved = new Set([
  "host",
  "cookie",
  "set-cookie",
  "connection",
  "content-length",
  "transfer-encoding",
  "location",
  "cache-control",
  "date",
]);
const forwardedIdentity = new Set([
  "user",
  "email",
  "groups",
  "preferred-username",
  "access-token",
]);

/** Why a header may not carry an identity, or nothing. */
export function headerNameFault(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!headerName.test(name)) return "is no header name";
  if (reserved.has(lower)) return "is a header that HTTP itself needs and cannot carry an identity";
  if (
    lower.startsWith("x-forwarded-") &&
    !forwardedIdentity.has(lower.slice("x-forwarded-".length))
  ) {
    return "would change what the proxy says of the request";
  }
  return undefined;
}

const fields = [
  "subject",
  "email",
  "groups",
  "name",
  "preferredUsername",
  "issuer",
  "provider",
  "accessToken",
  "idToken",
] as const;

/** Where a header's value comes from, read once at start-up. */
export type HeaderSource =
  | { readonly field: (typeof fields)[number]; readonly prefix: string }
  | { readonly claim: string; readonly prefix: string };

/** `email`, `claims.department`, `accessToken`, `Bearer accessToken`. */
export function parseHeaderSource(written: string): HeaderSource | undefined {
  const bare = written.replace(/^Bearer /, "");
  const prefix = bare === written ? "" : "Bearer ";
  if (bare.startsWith("claims.") && bare.length > "claims.".length && prefix === "") {
    return { claim: bare.slice("claims.".length), prefix };
  }
  const field = bare === "user" ? "subject" : fields.find((name) => name === bare);
  if (field === undefined || (prefix !== "" && !field.endsWith("Token"))) return undefined;
  return { field, prefix };
}

/** Why something is no source of a header, or nothing. */
export function headerSourceFault(written: string): string | undefined {
  if (parseHeaderSource(written) !== undefined) return undefined;
  return `is nothing a header can hold: write ${fields.join(", ")} or claims.NAME`;
}
