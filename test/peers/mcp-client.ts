import { once } from "node:events";
import { createServer } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js";
import { Browser } from "./browser.ts";

type Information = Awaited<ReturnType<OAuthClientProvider["clientInformation"]>>;
type Tokens = Awaited<ReturnType<OAuthClientProvider["tokens"]>>;

/** Where a client keeps its registration and its tokens; a person signs in with the browser of a test. */
export interface TestClientProvider extends OAuthClientProvider {
  /** The authorization requests that were opened in a browser. */
  readonly opened: URL[];
  /** The code of the last authorization response. */
  readonly code: () => string;
  close(): Promise<void>;
}

/**
 * A provider for the SDK's client that registers dynamically and lets `account` sign in. At the first sign-in the account
 * grants only the scope `first`, if there is one.
 */
export async function createClientProvider(
  account: string,
  first?: string,
): Promise<TestClientProvider> {
  const server = createServer((_, response) => void response.end("You can close this window."));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const redirectUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  const kept: { information?: Information; tokens?: Tokens; verifier: string; code: string } = {
    verifier: "",
    code: "",
  };
  const opened: URL[] = [];
  return {
    opened,
    code: () => kept.code,
    redirectUrl,
    clientMetadata: {
      client_name: "A client of the tests",
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
    clientInformation: () => kept.information,
    saveClientInformation: (information) => void (kept.information = information),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    async redirectToAuthorization(url) {
      opened.push(new URL(url));
      if (first !== undefined && opened.length === 1) url.searchParams.set("scope", first);
      const answer = await new Browser().signIn(url.href, account);
      kept.code = new URL(answer.url).searchParams.get("code") ?? "";
      if (kept.code === "") throw new Error(`no code: ${answer.url} ${answer.body}`);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Node's `fetch`, except that the public host is at a proxy on this machine with a certificate of its own. */
export function fetchThrough(host: string, port: number, seen: string[]): FetchLike {
  return async (input, init = {}) => {
    const url = new URL(input);
    seen.push(`${init.method ?? "GET"} ${url.host}${url.pathname}`);
    if (url.host !== host) return fetch(url, init);
    const headers = { ...Object.fromEntries(new Headers(init.headers)), Host: host };
    const request = httpsRequest({
      host: "127.0.0.1",
      port,
      servername: url.hostname,
      rejectUnauthorized: false,
      method: init.method ?? "GET",
      path: url.pathname + url.search,
      // As Node's own fetch sends it.
      headers: { "Sec-Fetch-Mode": "cors", "User-Agent": "node", ...headers },
      ...(init.signal && { signal: init.signal }),
    });
    request.end(init.body ?? undefined);
    const [response] = (await once(request, "response")) as [import("node:http").IncomingMessage];
    const { statusCode: status = 0, headers: received } = response;
    const hasBody = ![204, 304].includes(status);
    return new Response(hasBody ? (Readable.toWeb(response) as ReadableStream) : null, {
      status,
      headers: new Headers(
        Object.entries(received).map(([name, value]) => [name, String(value)] as [string, string]),
      ),
    });
  };
}
