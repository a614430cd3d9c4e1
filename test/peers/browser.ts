import { request as httpRequest, type Agent } from "node:http";
import { request as httpsRequest } from "node:https";
import { CookieJar } from "tough-cookie";

export interface HttpResponse {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** The exact request target, where a URL would be normalized. */
  readonly target?: string;
}

/** A browser's headers when it opens a page. */
export const navigation = {
  Accept: "text/html,application/xhtml+xml,*/*;q=0.8",
  "Sec-Fetch-Mode": "navigate",
  "Sec-Fetch-Dest": "document",
  "Sec-Fetch-Site": "none",
} as const;

/** A browser without a screen: a cookie jar by the rules of RFC 6265bis that also follows redirects. */
export class Browser {
  readonly jar = new CookieJar(undefined, {
    prefixSecurity: "strict",
    allowSpecialUseDomain: true,
  });
  /** Every cookie value that it ever received. */
  readonly given = new Set<string>();
  /** The local port of a public host and port, such as `app.example.com:443` → 41234. */
  readonly #ports: ReadonlyMap<string, number>;

  constructor(ports: ReadonlyMap<string, number> = new Map()) {
    this.#ports = ports;
  }

  /** One request with the cookies of its host; redirects are not followed. */
  async ask(url: string, ask: Ask = {}): Promise<HttpResponse> {
    const { Cookie: own, ...headers } = ask.headers ?? {};
    const cookie = own ?? (await this.jar.getCookieString(url));
    const answer = await send(url, this.#ports, {
      ...ask,
      headers: { ...headers, ...(cookie.length > 0 && { Cookie: cookie }) },
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      await this.jar.setCookie(line, url, { ignoreError: true });
      const [name = "", value = ""] = line.split(";", 1)[0]?.split("=") ?? [];
      // The name of the provider used last is no secret.
      if (value !== "" && !name.endsWith("-provider")) this.given.add(value);
    }
    return answer;
  }

  /** Opens a page as if the address was typed, and follows redirects. */
  async open(url: string, most = 10): Promise<HttpResponse> {
    let answer = await this.ask(url, { headers: navigation });
    for (let hops = 0; isRedirect(answer) && hops < most; hops++) {
      answer = await this.ask(new URL(String(answer.headers.location), answer.url).href, {
        headers: navigation,
      });
    }
    return answer;
  }

  /** Opens a page, chooses an account on the issuer's page, and follows the redirects. */
  async signIn(url: string, account: string): Promise<HttpResponse> {
    return this.choose(await this.open(url), account);
  }

  /** Chooses an account on the issuer's page; "" cancels, and the issuer then returns access_denied. */
  async choose(page: HttpResponse, account: string): Promise<HttpResponse> {
    if (!page.body.includes("Who are you?")) return page;
    const posted = await this.ask(page.url, {
      method: "POST",
      headers: { ...navigation, "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ account }).toString(),
    });
    return this.#submit(await this.open(new URL(String(posted.headers.location), page.url).href));
  }

  /** Submits a page that posts the issuer's response by a script (form_post): a browser sends no Lax cookie with it. */
  async #submit(page: HttpResponse): Promise<HttpResponse> {
    const [, action] =
      /document\.forms\[0\]\.submit.*<form method="post" action="([^"]*)"/s.exec(page.body) ?? [];
    if (action === undefined) return page;
    const inputs = page.body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
    const answer = await send(action, this.#ports, {
      method: "POST",
      headers: { ...navigation, "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(
        [...inputs].map(([, name = "", value = ""]) => [name, value]),
      ).toString(),
    });
    return this.open(new URL(String(answer.headers.location), page.url).href);
  }
}

function isRedirect({ status }: HttpResponse): boolean {
  return status === 302 || status === 303;
}

/** Sends one request exactly as given. */
export function send(
  url: string,
  ports: ReadonlyMap<string, number>,
  ask: Ask,
): Promise<HttpResponse> {
  const { protocol, hostname, port, host, pathname, search } = new URL(url);
  const isTls = protocol === "https:";
  const publicPort = port === "" ? (isTls ? 443 : 80) : Number(port);
  const request = isTls ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const sent = request(
    {
      host: "127.0.0.1",
      port: ports.get(`${hostname}:${publicPort}`) ?? publicPort,
      servername: hostname,
      rejectUnauthorized: false, // the certificate is the test's own; TLS itself is not under test
      method: ask.method ?? "GET",
      path: ask.target ?? pathname + search,
      headers: { Host: host, ...ask.headers },
      ...(ask.agent && { agent: ask.agent }),
    },
    (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers, rawHeaders } = response;
        resolve({ url, status, headers, rawHeaders, body: Buffer.concat(chunks).toString() });
      });
    },
  );
  sent.on("error", reject);
  sent.end(ask.body);
  return promise;
}
