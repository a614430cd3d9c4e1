import { CookieJar } from "tough-cookie";
import type { HttpResponse } from "./browser.ts";
import { forwarded, setCookies } from "./sign-in-door.ts";
import { openSecureSite, type SecureSite } from "./secure-site.ts";

export const auth = "https://auth.example.com";
export const [app, wiki, blog] = [
  "https://app.example.com",
  "https://wiki.example.com",
  "https://blog.example.org",
];

/** A browser, as far as cookies and redirects go. */
export interface Visitor {
  readonly jar: CookieJar;
  /** One navigation, with the browser's cookies. */
  ask(url: string, headers?: Record<string, string>): Promise<HttpResponse>;
  /** Takes the cookies of an answer that another request got. */
  keep(answer: HttpResponse | undefined, url: string): Promise<void>;
  /** Follows redirects from a URL, signing in at the issuer, and returns the first one that matches, not opened. */
  until(url: string, stop: RegExp): Promise<string>;
  /** Opens a page of an app: follows `/verify` and the redirects until the page is allowed, or what refuses it. */
  open(url: string): Promise<HttpResponse>;
}

export interface PerHostDoor {
  readonly site: SecureSite;
  readonly clock: { now: number };
  visitor(): Visitor;
  /** The status of `/verify` for the root page of a host, with this `Cookie` header. */
  verdict(origin: string, cookie: string): Promise<number>;
  /** The same, of another doorward on this port. */
  verdictAt(port: number, origin: string, cookie: string): Promise<number>;
  close(): Promise<void>;
}

const mostHops = 12;
/** A page of an app: everything that is not doorward's. */
const isPage = (url: string) => !/^https:\/\/auth\.|\/_auth\//.test(url);

/** doorward with one sign-in and a session for each host, behind a proxy that ended TLS. */
export async function openPerHostDoor(
  settings: Record<string, unknown> = {},
): Promise<PerHostDoor> {
  const clock = { now: Date.now() };
  const site = await openSecureSite(
    { url: auth, hosts: ["example.com", "example.org"], session: { perHost: true }, ...settings },
    { now: () => clock.now },
  );
  const verify = (url: string, cookie: string, port = site.doorward.port) => {
    const { origin, pathname, search } = new URL(url);
    const headers = { ...forwarded(origin), "X-Forwarded-Uri": pathname + search, Cookie: cookie };
    return site.openAt(port, `${auth}/verify`, headers);
  };
  return {
    site,
    clock,
    visitor: () => createVisitor(site, verify),
    verdict: async (origin, cookie) => (await verify(`${origin}/`, cookie)).status,
    verdictAt: async (port, origin, cookie) => (await verify(`${origin}/`, cookie, port)).status,
    close: () => site.close(),
  };
}

function createVisitor(
  site: SecureSite,
  verify: (url: string, cookie: string) => Promise<HttpResponse>,
): Visitor {
  const jar = new CookieJar();
  const visitor: Visitor = {
    jar,
    async ask(url, headers = {}) {
      const Cookie = headers.Cookie ?? (await jar.getCookieString(url));
      const answer = isPage(url)
        ? await verify(url, Cookie)
        : await site.open(url, { ...(Cookie !== "" && { Cookie }), ...headers });
      await visitor.keep(answer, url);
      return answer;
    },
    async keep(answer, url) {
      for (const line of answer === undefined ? [] : setCookies(answer))
        await jar.setCookie(line, url, { ignoreError: true });
    },
    async until(url, stop) {
      let next = url;
      for (let hops = 0; hops < mostHops; hops++) {
        if (stop.test(next)) return next;
        next = locationOf(site, await visitor.ask(next));
      }
      throw new Error(`no ${stop} after ${mostHops} redirects, but ${next}`);
    },
    async open(url) {
      let answer = await visitor.ask(url);
      for (let hops = 0; answer.status === 302 && hops < mostHops; hops++)
        answer = await visitor.ask(locationOf(site, answer));
      return answer;
    },
  };
  return visitor;
}

/** Where a redirect leads; the issuer consents at once. */
function locationOf({ issuer }: SecureSite, { status, headers }: HttpResponse): string {
  const { location } = headers;
  if (typeof location !== "string") throw new Error(`no redirect, but ${status}`);
  return location.startsWith(issuer.issuer) ? issuer.consent(location) : location;
}
