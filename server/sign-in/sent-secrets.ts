/** The form fields of requests to an issuer that hold a secret. */
const secretFields = [
  "code",
  "code_verifier",
  "refresh_token",
  "token",
  "client_secret",
  "client_assertion",
];

/** The secrets in a request to an issuer, which its response may repeat. */
export function secretsIn(init: object): string[] {
  const form = formOf(init);
  const [scheme = "", credentials = ""] = authorizationOf(init).split(" ");
  const password = Buffer.from(credentials, "base64").toString().split(":")[1] ?? "";
  const ofHeader = scheme.toLowerCase() === "basic" ? [password, decoded(password)] : [credentials];
  return [...secretFields.flatMap((name) => form.getAll(name)), ...ofHeader];
}

/** How our client authenticated itself in a request to an issuer. */
export function methodOf(init: object): string {
  const form = formOf(init);
  if (authorizationOf(init).toLowerCase().startsWith("basic ")) return "client_secret_basic";
  if (form.has("client_secret")) return "client_secret_post";
  return form.has("client_assertion") ? "private_key_jwt" : "no secret";
}

/** The form in a request to an issuer. */
export function formOf(init: object): URLSearchParams {
  return "body" in init ? new URLSearchParams(String(init.body ?? "")) : new URLSearchParams();
}

function authorizationOf(init: object): string {
  if (!("headers" in init) || typeof init.headers !== "object" || init.headers === null) return "";
  const header = Object.entries(init.headers).find(
    ([name]) => name.toLowerCase() === "authorization",
  );
  return String(header?.[1] ?? "");
}

/** RFC 6749 §2.3.1: the secret is form-encoded before it is joined with the client id. */
function decoded(written: string): string {
  return new URLSearchParams(`secret=${written}`).get("secret") ?? "";
}
