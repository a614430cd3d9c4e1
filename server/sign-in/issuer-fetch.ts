/** Enough for tens of thousands of groups, which a token response contains again in the ID token. */
const mostBytes = 8 * 1024 * 1024;

/**
 * `fetch` for requests to issuers: it follows no redirect, and reads at most 8 MiB whatever the `Content-Length`. The
 * caller sets the timeout through the signal.
 */
export function createIssuerFetch(fetch: (url: string, init: RequestInit) => Promise<Response>) {
  return async function issuerFetch(url: string, init: object): Promise<Response> {
    const response = await fetch(url, { ...init, redirect: "manual" });
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(await readBounded(response.body, url), { status, statusText, headers });
  };
}

export type IssuerFetch = ReturnType<typeof createIssuerFetch>;

async function readBounded(
  body: AsyncIterable<Uint8Array>,
  url: string,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes)
      throw new Error(`the response from ${new URL(url).origin} is larger than 8 MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
