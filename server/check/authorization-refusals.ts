/** The part of an authorization request that an issuer rejected. It then sends no redirect to doorward. */
type Refusal = "redirect URI" | "client" | "disabled client";

/** The refusal in a redirect of an authorization endpoint; undefined = it may as well lead to a sign-in page. */
export function refusalAt(location: URL): Refusal | undefined {
  const errors = errorsIn(location);
  return codes.find(([, code]) => errors.some((error) => error.includes(code)))?.[0];
}

/** The refusal in a page. Its words count on error pages only; a code of Microsoft's counts on any page. */
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

/** Google passes the message to its error page as base64 in `authError`. */
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
  ["disabled client", /client (is |was )?disabled/i],
  ["client", /(^|[^a-z_])invalid_client([^a-z_]|$)|client (was )?not found/i],
];

const microsoftCodes: Table<RegExp> = [
  ["redirect URI", /AADSTS50011:/],
  ["client", /AADSTS700016:/],
];

/** A page's visible text, without a request URL that it repeats. */
function readable(page: string): string {
  return page
    .replace(/<(script|style)\b.*?<\/\1>/gis, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/redirect_uri(=|%3D)\S*/gi, " ")
    .replace(/\s+/g, " ");
}
