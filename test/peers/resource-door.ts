import { send, type Ask, type HttpResponse } from "./browser.ts";
import { configOf, startDoorward, type TestDoorward } from "./doorward.ts";
import { forwarded } from "./sign-in-door.ts";
import { jws, startTokenIssuer, type Fields, type TokenIssuer } from "./token-issuer.ts";

/** doorward with rules that publish where tokens come from, and their issuers. */
export interface ResourceDoor {
  /** The site's provider. */
  readonly company: TokenIssuer;
  /** An issuer that only some of the rules name. */
  readonly ci: TokenIssuer;
  readonly doorward: TestDoorward;
  /** An access token of `issuer` for `aud`; an entry of `undefined` removes the claim. */
  token(issuer: TokenIssuer, claims: Fields, header?: Fields): string;
  /** Asks `/verify` about a URL, as a program does. */
  verify(url: string, headers?: Record<string, string>): Promise<HttpResponse>;
  /** Asks doorward itself, with this exact `Host` and target. */
  open(host: string, target: string, ask?: Ask): Promise<HttpResponse>;
  close(): Promise<void>;
}

const client = { clientId: "door", clientSecret: "of the door" };

export async function openResourceDoor(): Promise<ResourceDoor> {
  const [company, ci] = [await startTokenIssuer(), await startTokenIssuer()];
  const doorward = await startDoorward(configOf(configuration(company, ci)));
  const ports = new Map([["doorward.example:80", doorward.port]]);
  const open = (Host: string, target: string, { headers, ...ask }: Ask = {}) =>
    send("http://doorward.example/", ports, { ...ask, target, headers: { Host, ...headers } });
  return {
    company,
    ci,
    doorward,
    token: (issuer, claims, header) => tokenOf(issuer, claims, header),
    verify(url, headers = {}) {
      const { pathname, search, origin } = new URL(url);
      const described = { ...forwarded(origin), "X-Forwarded-Uri": pathname + search };
      const program = { Accept: "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" };
      const sent = { ...described, ...program, ...headers };
      return open("auth.example.com", "/verify", { headers: sent });
    },
    open,
    async close() {
      await doorward.close();
      await Promise.all([company.close(), ci.close()]);
    },
  };
}

function configuration(company: TokenIssuer, ci: TokenIssuer): Fields {
  const ofCi = (more: Fields = {}) => ({ issuers: [{ issuer: ci.issuer, ...more }] });
  return {
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: {
      company: { type: "oidc", issuer: company.issuer, ...client, audience: ["api"] },
      github: { clientId: "door", clientSecret: "of the door at GitHub" },
    },
    access: { subjects: ["ada"] },
    rules: [
      {
        host: "mcp.example.com",
        path: "/mcp/**",
        bearer: { metadata: true, scopes: ["read", "write"] },
      },
      { host: "mcp.example.com", path: "/ci/*", bearer: { metadata: true, ...ofCi() } },
      {
        host: "mcp.example.com",
        exactPath: "/named",
        bearer: { metadata: true, ...ofCi({ audiences: ["api://tools"], scopes: ["use"] }) },
      },
      {
        host: "asked.example.com",
        bearer: { metadata: true, introspection: true, ...ofCi(client) },
      },
      { host: "root.example.com", bearer: { metadata: true, introspection: true } },
      { host: "port.example.com:8443", path: "/mcp", bearer: { metadata: true } },
      { host: "fresh.example.com", bearer: { metadata: true }, maxAge: "15m" },
      { host: "api.example.com", bearer: { scopes: ["secret-scope"] } },
      { host: "closed.example.com", path: "/hidden/**", allow: { groups: ["ops"] } },
    ],
  };
}

function tokenOf(issuer: TokenIssuer, claims: Fields, header: Fields = {}): string {
  const [key] = issuer.keys;
  if (key === undefined) throw new Error("the issuer has no key");
  const iat = Math.floor(Date.now() / 1000) - 5;
  const all = { iss: issuer.issuer, sub: "ada", client_id: "cli", iat, exp: iat + 600, ...claims };
  return jws({ alg: key.alg, typ: "at+jwt", kid: key.kid, ...header }, all, key);
}
