import { freePort } from "../../test/peers/free-port.ts";
import {
  appHost,
  appUri,
  appUrl,
  client,
  signInHost,
  type Get,
  type PreparedGatekeeper,
} from "./gatekeeper.ts";

/** Signs the cookies of its sessions. */
export const secret = "0123456789abcdef0123456789abcdef";
export const cookieDomain = "example.com";

/** How to run traefik-forward-auth. It has no store: the visitor's cookie contains a signed email address. */
interface TraefikForwardAuthSettings {
  /** Its path. */
  readonly program: string;
  readonly issuer: string;
}

/** Its configuration for https://app.example.com. It takes arguments, and its port from the environment. */
export async function prepareTraefikForwardAuth({
  program,
  issuer,
}: TraefikForwardAuthSettings): Promise<PreparedGatekeeper> {
  const port = await freePort();
  const options = {
    "default-provider": "oidc",
    "providers.oidc.issuer-url": issuer,
    "providers.oidc.client-id": client.clientId,
    "providers.oidc.client-secret": client.clientSecret,
    "auth-host": signInHost,
    "cookie-domain": cookieDomain,
    domain: cookieDomain,
    secret,
  };
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  return {
    name: "traefik-forward-auth",
    port,
    words: ["env", `PORT=${port}`, program, ...words],
    verify: { path: "/", status: 200, identityHeader: "x-forwarded-user" },
    start: { url: appUrl, ...forwarded(appHost, appUri) },
    callback: ({ host, pathname, search }) => forwarded(host, pathname + search),
    remove: () => Promise.resolve(),
  };
}

/** Traefik's request for one of the visitor, as for every path of the app. */
function forwarded(host: string, uri: string): Get {
  const headers = {
    Host: "traefik-forward-auth",
    "X-Forwarded-Host": host,
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Uri": uri,
  };
  return { path: "/", headers: Object.entries(headers).flat() };
}
