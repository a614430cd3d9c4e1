import { createHmac } from "node:crypto";
import type { Session } from "./sign-in.ts";
import { cookieDomain, secret } from "./traefik-forward-auth.ts";

const lifetimeSeconds = 36_000;

/** Sessions of as many people: `SIGNATURE|EXPIRY|EMAIL`. A hundred thousand sign-ins would take ten minutes. */
export function signedCookies(count: number): Session[] {
  const expiry = String(Math.floor(Date.now() / 1000) + lifetimeSeconds);
  return Array.from({ length: count }, (_, index) => {
    const email = `person-${index}@${cookieDomain}`;
    const signature = createHmac("sha256", secret).update(cookieDomain + email + expiry);
    // Go's URL encoding of base64 has padding; Node's has none. 32 bytes need one character.
    const cookies = `_forward_auth=${signature.digest("base64url")}=|${expiry}|${email}`;
    return { cookies, email };
  });
}
