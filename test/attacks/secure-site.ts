import { navigation, send, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { setCookies } from "../peers/sign-in-door.ts";

/** doorward for https sites, asked as by the proxy in front of it, which ended TLS. */
interface SecureSite {
  readonly issuer: HostileIssuer;
  readonly doorward: TestDoorward;
  /** A navigation to this https URL; `headers` are sent in addition. */
  open(url: string, headers?: Record<string, string>): Promise<HttpResponse>;
  /** Signs in at a site: both answers, and the cookies that a browser then has. `query` is that of `/start`. */
  signIn(
    site: string,
    query?: string,
  ): Promise<{ start: HttpResponse; callback: HttpResponse; cookie: string }>;
  close(): Promise<void>;
}

type Settings = Readonly<Record<string, unknown>>;

/** `settings` may use the provider, which is the only one otherwise. */
export async function openSecureSite(
  settings: Settings | ((company: Settings) => Settings),
  held: Parameters<typeof startDoorward>[1] = {},
): Promise<SecureSite> {
  const issuer = await startHostileIssuer();
  const company = { type: "oidc", issuer: issuer.issuer, clientId: "door", clientSecret: "of it" };
  const doorward = await startDoorward(
    configOf({
      providers: { company },
      access: { anyone: true },
      ...(typeof settings === "function" ? settings(company) : settings),
    }),
    held,
  );
  const open = (url: string, headers: Record<string, string> = {}) => {
    const { host, pathname, search } = new URL(url);
    return send(`http://127.0.0.1:${doorward.port}`, new Map(), {
      target: pathname + search,
      headers: { ...navigation, Host: host, ...headers },
    });
  };
  return {
    issuer,
    doorward,
    open,
    async signIn(site, query = "") {
      const start = await open(`${site}/start${query}`);
      const url = issuer.consent(String(start.headers.location));
      const callback = await open(url, { Cookie: cookiesOf(start) });
      return { start, callback, cookie: cookiesOf(callback) };
    },
    async close() {
      await doorward.close();
      await issuer.close();
    },
  };
}

/** The `Cookie` header of a browser that had none before this answer. */
function cookiesOf(answer: HttpResponse): string {
  const pairs = setCookies(answer).map((line) => line.split(";", 1)[0] ?? "");
  return pairs.filter((pair) => !pair.endsWith("=")).join("; ");
}
