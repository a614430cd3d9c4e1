import type { Sessions } from "../server/session/sessions.ts";
import { newSession } from "../test/peers/sessions.ts";
import type { Site } from "../server/config/site.ts";

const cookieBytes = 1024;

/** Raw headers of a question as nginx asks it: twelve of them, with 1 KiB of cookies. */
export function nginxQuestion(host: string, uri: string, token: string): string[] {
  const own = `__Secure-doorward=${token}`;
  const others = "theme=dark; basket=";
  const filler = "x".repeat(cookieBytes - own.length - others.length - 2);
  const headers = {
    Host: host,
    "X-Forwarded-For": "203.0.113.7",
    "X-Real-IP": "203.0.113.7",
    "X-Original-URL": `https://${host}${uri}`,
    "X-Original-Method": "GET",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    Cookie: `${others}${filler}; ${own}`,
  };
  return Object.entries(headers).flat().map(fresh);
}

/** A text with bytes of its own, as the HTTP parser makes them: shared or joined ones would cost less, or more. */
function fresh(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** A session that stays hot. */
export function signIn(sessions: Sessions, site: Site): Promise<string> {
  return sessions.start(newSession(site, { groups: ["staff", "ops"], preferredUsername: "ada" }));
}
