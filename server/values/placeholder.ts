/**
 * Texts that examples have where a value belongs: `…`, `<your-client-id>`, `YOUR_CLIENT_ID`, `changeme`. Only what no
 * issuer or person would choose, because such a value stops the start.
 */
const unfilled: readonly RegExp[] = [
  /…|\.\.\.$/,
  // In brackets or as a variable, which doorward does not expand. A random secret has a digit or a sign inside.
  /^<[a-z][a-z ._'-]*>$/,
  /^\[[a-z][a-z ._'-]*\]$/,
  /^\$?\{+ *[a-z][a-z ._-]*\}+$/,
  /^\$[a-z_]+$/,
  /^%[a-z_]+%$/,
  /^__[a-z_-]+__$/,
  /^(todo|tbd|fixme|placeholder|null|undefined|n\/a)$/,
  /^(change|replace|fill)[-_ ]?me([-_ ].*)?$/,
  // Nothing more than that: `fill-in-forms` is the name of an app.
  /^(change|replace|fill)[-_ ]?(this|it|in|with)([-_ ](your[-_ ].*|(client[-_ ]?)?(id|secret|key|password|value)))?$/,
  // A verb alone is not enough: `enter-key` is the name of an app.
  /^(((enter|put|paste)[-_ ])?your|insert)[-_ ]?([a-z]+[-_ ])*(client|app|application)?[-_ ]?(id|key|secret|client|password)([-_ ]here)?$/,
  /^(client|app|application)[-_ ]?(id|key|secret)[-_ ]here$/,
];

/** Only in capitals, as examples write a variable. */
const capitals = /^([A-Z]+_)*CLIENT_(ID|SECRET)$/;

/** What an issuer never assigns as an id, but a person may choose as a secret: one character, a UUID of zeros. */
const fillers: readonly RegExp[] = [
  /^([x*?#.-])\1{2,}$|^(x+-)+x+$|^[a-z0-9-]{0,8}x{6,}$/,
  /^0{8}-0{4}-0{4}-0{4}-0{12}$/,
  /^(example|sample|dummy)[-_ ]?(client|app|application)[-_ ]?id$/,
];

export function isPlaceholder(written: string): boolean {
  const text = bare(written);
  return capitals.test(written.trim()) || unfilled.some((pattern) => pattern.test(text));
}

function bare(written: string): string {
  // Google's client ids all end so.
  return written
    .trim()
    .toLowerCase()
    .replace(/\.apps\.googleusercontent\.com$/, "");
}

/** What is wrong with a client's secret; undefined = it is not from an example. */
export function placeholderFault(written: string): string | undefined {
  if (!isPlaceholder(written)) return undefined;
  return /^[$%{]/.test(written.trim())
    ? "is a variable, which doorward does not expand: write the value, or remove the line and set the DOORWARD_… variable of this setting"
    : "is a placeholder from an example: write the value from the client's registration at the provider";
}

/** The same for a client's id. */
export function idFault(written: string): string | undefined {
  const isFiller = fillers.some((pattern) => pattern.test(bare(written)));
  return placeholderFault(isFiller ? "…" : written);
}

/** A label of a host name, or a segment of a path: `yourdomain`, `your-tenant`, `dev-xxxxxx`, `TENANT_ID`. */
const part =
  /^your[-_]([a-z]+[-_])*(domain|domainname|host|hostname|company|org|organi[sz]ation|tenant|tenantid|tenant[-_]id|realm|subdomain|site|server|issuer|app|pool[-_]id|account)$|^([a-z]+-)?x{4,}$|^(tenant|realm|user_?pool)_(id|name)$|^0{8}-0{4}-0{4}-0{4}-0{12}$/;

/** The part of an address that an example leaves to fill in; undefined = none. `{host}` has a meaning in `url`. */
export function placeholderIn(address: string): string | undefined {
  const rest = address.replace(/^[a-z]+:\/\//i, "").replaceAll("{host}", "");
  // A colon in brackets is that of an IPv6 address.
  const bracketed = /<[^<>]*>|\{[^{}]*\}|\[[a-z][^[\]:]*\]|\$[a-z]+|…|\.\.\./i.exec(rest)?.[0];
  return bracketed ?? rest.split(/[./:]/).find((label) => part.test(label.toLowerCase()));
}
