/** What an issuer may not take of an authorization request, so that it cannot tell us by a redirect. */
export type Refusal = "redirect URI" | "client";

/** The refusal that a redirect of an authorization endpoint certainly is; undefined = it may be a sign-in as well. */
export function refusalAt(location: URL): Refusal | undefined {
  const errors = errorsIn(location);
  return codes.find(([, code]) => errors.some((error) => error.includes(code)))?.[0];
}

/** The same of a page. What its words mean only an error page is sure to mean; a code of Microsoft's is always one. */
export function refusalOn(page: string, status: number): Refusal | undefined {
  const text = readable(page);
  const isError = status >= 400 && status < 500;
  const patterns = isError ? [...microsoftCodes, ...sentences] : microsoftCodes;
  return patterns.find(([, pattern]) => pattern.test(text))?.[0];
}

type Table<Sign> = readonly (readonly [Refusal, Sign])[];

const codes: Table<string> = [
  ["redirect URI", "redirect_uri_mismatch"],
  ["redirect URI", "invalid_redirect_uri"],
  ["client", "invalid_client"],
];

/** Google's error page gets its message as base64 in `authError`. */
function errorsIn({ searchParams }: URL): string[] {
  const encoded = Buffer.from(searchParams.get("authError") ?? "", "base64url");
  return [searchParams.get("error") ?? "", encoded.toString("latin1")];
}

const address = "(redirect[_ -]?ur[il]|(callback|reply|redirection) (url|uri|address))";
const wrong = "(invalid|unregistered|unknown|mismatch(ing|ed)?|not allowed|incorrect)";
const isWrong = "(not|mismatch|invalid|unregistered|must be)";

const sentences: Table<RegExp> = [
  ["redirect URI", new RegExp(`(^|[^a-z])${wrong}[^a-z][^<>]{0,40}${address}`, "i")],
  ["redirect URI", new RegExp(`${address}[^a-z][^<>]{0,200}[^a-z]${isWrong}([^a-z]|$)`, "i")],
  ["redirect URI", /invalid_redirect_uri|redirect_uri_mismatch/],
  ["client", /(^|[^a-z_])invalid_client([^a-z_]|$)|client (was )?not found/i],
];

const microsoftCodes: Table<RegExp> = [
  ["redirect URI", /AADSTS50011:/],
  ["client", /AADSTS700016:/],
];

/** What a person would read of a page. A request that it repeats is none of its own words. */
function readable(page: string): string {
  return page
    .replace(/<(script|style)\b.*?<\/\1>/gis, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/redirect_uri(=|%3D)\S*/gi, " ")
    .replace(/\s+/g, " ");
}
