import type { IncomingMessage, ServerResponse } from "node:http";
import type { Configuration } from "oidc-provider";
import { afterEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer, type IssuerOptions } from "../../demo/issuer.ts";
import { lines } from "../peers/findings.ts";

const client = { clientId: "door", clientSecret: "right" };
const uri = "https://auth.example.com/sign_out";
const callback = "https://auth.example.com/callback";

let issuer: Issuer | undefined;
afterEach(() => issuer?.close());

/** The findings about signing out at the issuer. */
async function findingsOf(
  options: Partial<IssuerOptions>,
  settings: Record<string, unknown> = { signOut: "issuer" },
): Promise<string[]> {
  issuer = await startIssuer({ accounts: [], ...client, redirectUris: [callback], ...options });
  const company = { type: "oidc", issuer: issuer.issuer, ...client };
  const all = await lines({ providers: { company }, storage: { driver: "memory" }, ...settings });
  return all
    .filter((line) => /post-logout|end_session|endSession/.test(line))
    .map((line) => line.replace("provider company: ", ""));
}

function registered(uris: string[]): Configuration {
  const { clientId, clientSecret } = client;
  const registration = { client_id: clientId, client_secret: clientSecret };
  const addresses = { redirect_uris: [callback], post_logout_redirect_uris: uris };
  return { clients: [{ ...registration, ...addresses }] };
}

const refused = `fault the issuer does not accept the post-logout redirect URI ${uri}: register exactly this URI (Keycloak: Valid post logout redirect URIs)`;

describe("a post-logout redirect URI", () => {
  it("that is registered is ok", async () => {
    expect(await findingsOf({ configuration: registered([uri]) })).toEqual([
      `ok the issuer accepts the post-logout redirect URI ${uri}`,
    ]);
  });

  it("that is not registered is a fault", async () => {
    expect(await findingsOf({ configuration: registered([]) })).toEqual([refused]);
  });

  it("is not tested without `signOut: issuer`", async () => {
    expect(await findingsOf({ configuration: registered([]) }, {})).toEqual([]);
  });

  it("of each site is tested", async () => {
    const sites = [{ url: "https://auth.example.com" }, { url: "https://auth.example.org" }];

    const found = await findingsOf(
      { configuration: registered([uri]) },
      { signOut: "issuer", url: undefined, sites },
    );

    expect(found.map((line) => line.split(" ")[0])).toEqual(["ok", "fault"]);
    expect(found[1]).toContain("https://auth.example.org/sign_out");
  });

  it("has no effect at an issuer without an end_session_endpoint", async () => {
    const features = {
      rpInitiatedLogout: { enabled: false },
      devInteractions: { enabled: false },
    };

    expect(await findingsOf({ configuration: { features } })).toEqual([
      expect.stringMatching(
        /^warning `signOut: issuer` has no effect, .*: visitors stay signed in/,
      ),
    ]);
  });
});

/** An end_session_endpoint that answers by the URI in the request; undefined = a request without one. */
function answering(answer: (uri: string | null) => { status: number; body?: string }) {
  return {
    async before({ url = "" }: IncomingMessage, response: ServerResponse) {
      if (!url.startsWith("/session/end")) return;
      const { searchParams } = new URL(url, "http://issuer");
      const { status, body = "" } = answer(searchParams.get("post_logout_redirect_uri"));
      response.writeHead(status).end(body);
    },
  };
}

const page = { status: 400, body: '<p class="instruction">Ungültige Redirect Uri</p>' };

describe("an issuer's answer to a post-logout redirect URI", () => {
  it.each<[string, (uri: string | null) => { status: number; body?: string }, string]>([
    ["Keycloak's redirect", (asked) => (asked === uri ? { status: 302 } : page), "ok"],
    ["Keycloak's error page", (asked) => (asked === null ? { status: 200 } : page), "fault"],
    ["a page for any URI", () => ({ status: 200 }), "unknown"],
    ["an error for any request", () => page, "unknown"],
    ["its own failure", (asked) => (asked === uri ? { status: 502 } : page), "unknown"],
    ["a limit", (asked) => ({ status: asked === uri ? 302 : 429 }), "unknown"],
    [
      "an error about the ID token",
      (asked) =>
        asked === null ? { status: 200 } : { status: 400, body: "id_token_hint is missing" },
      "unknown",
    ],
  ])("by %s is read", async (_, answer, level) => {
    const found = await findingsOf(answering(answer));

    expect(found).toHaveLength(1);
    expect(found[0]?.split(" ")[0]).toBe(level);
    expect(found[0]?.includes("not known")).toBe(level === "unknown");
  });

  it("is not asked for at an address that metadata may not name", async () => {
    const before = async ({ url = "", headers }: IncomingMessage, response: ServerResponse) => {
      if (!url.startsWith("/.well-known/")) return;
      const own = `http://${headers.host}`;
      const endpoints = {
        authorization_endpoint: `${own}/auth`,
        token_endpoint: `${own}/token`,
        jwks_uri: `${own}/jwks`,
        end_session_endpoint: "https://169.254.169.254/latest",
      };
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ issuer: own, ...endpoints }));
    };

    expect(await findingsOf({ before })).toEqual([
      expect.stringMatching(/^fault the issuer's end_session_endpoint .* points to a link-local/),
    ]);
  });

  it("without an answer is not known", async () => {
    const before = async ({ url = "", socket }: IncomingMessage) => {
      if (url.startsWith("/session/end")) socket.destroy();
    };

    expect(await findingsOf({ before })).toEqual([
      expect.stringMatching(/^unknown not known whether the issuer accepts the post-logout/),
    ]);
  });
});
