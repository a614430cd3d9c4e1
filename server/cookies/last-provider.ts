import type { Site } from "../config/site.ts";
import { readCookie, setCookie } from "./cookie.ts";
import { endpointCookie } from "./endpoint-cookie.ts";

const maxAgeSeconds = 180 * 24 * 60 * 60;

/** The `Set-Cookie` value by which a browser remembers the provider it signed in with last. It holds the name alone. */
export function rememberProvider(site: Site, provider: string): string {
  const { name, path } = cookieOf(site);
  return setCookie(name, provider, { maxAgeSeconds, secure: site.secure, path });
}

/** The provider with which this browser signed in last. A visitor can write any name there. */
export function lastProvider(site: Site, cookies: string | undefined): string | undefined {
  return readCookie(cookies, cookieOf(site).name);
}

function cookieOf(site: Site) {
  return endpointCookie(site, "provider", "/start");
}
