/** The configured identity headers: the name of each header, and the source of its value. */

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
/** The only headers with this prefix that carry an identity; proxies set the others themselves. */
const forwardedIdentity = [
  "X-Forwarded-User",
  "X-Forwarded-Email",
  "X-Forwarded-Groups",
  "X-Forwarded-Preferred-Username",
  "X-Forwarded-Access-Token",
];

/** Why a header cannot carry an identity; undefined = it can. */
export function headerNameFault(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!headerName.test(name))
    return "is not a header name: use up to 100 letters, digits and hyphens, such as Remote-User";
  if (reserved.has(lower))
    return "is a header that HTTP itself needs, so it cannot carry an identity: use another name, such as Remote-User";
  if (
    lower.startsWith("x-forwarded-") &&
    !forwardedIdentity.some((known) => known.toLowerCase() === lower)
  ) {
    return `would overwrite the proxy's description of the request: use a name without X-Forwarded-, or one of ${forwardedIdentity.join(", ")}`;
  }
  return undefined;
}

/** The headers that apps receive if `headers` is not set. */
export const usualHeaders: Readonly<Record<string, string>> = {
  "X-Auth-Request-User": "subject",
  "X-Auth-Request-Email": "email",
  "X-Auth-Request-Groups": "groups",
  "X-Auth-Request-Preferred-Username": "preferredUsername",
};

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

/** The source of a header's value, parsed once at startup. */
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

/** Why a text is not the source of a header's value; undefined = it is one. */
export function headerSourceFault(written: string): string | undefined {
  if (parseHeaderSource(written) !== undefined) return undefined;
  return `is not a value that a header can have: use ${fields.join(", ")}, claims.NAME, Bearer accessToken or Bearer idToken`;
}
