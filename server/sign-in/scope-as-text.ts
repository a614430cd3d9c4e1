import type { IssuerFetch } from "./issuer-fetch.ts";

/** RFC 6749 §5.1 has `scope` as a string; for an issuer that sends a list, as Twitch does, it is made one. */
export function scopeAsText(fetch: IssuerFetch): IssuerFetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const { status, statusText, headers } = response;
    if (!headers.get("content-type")?.includes("json")) return response;
    const body = await response.text();
    return new Response(rewritten(body), { status, statusText, headers });
  };
}

/** What is no JSON is left for openid-client to complain of. */
function rewritten(body: string): string {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== "object" || answer === null) return body;
    if (!("scope" in answer) || !Array.isArray(answer.scope)) return body;
    return JSON.stringify({ ...answer, scope: answer.scope.join(" ") });
  } catch {
    return body;
  }
}
