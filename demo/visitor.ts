import { request as ask } from "node:http";

export interface Page {
  readonly url: string;
  readonly status: number;
  /** The redirect target, as an absolute URL. */
  readonly location: string | undefined;
  readonly body: string;
}

/** A browser's headers when it opens a page. */
const navigation = {
  Accept: "text/html,*/*;q=0.8",
  "Sec-Fetch-Mode": "navigate",
  "Sec-Fetch-Dest": "document",
  "Sec-Fetch-Site": "none",
};

/**
 * A minimal browser for the demo: it keeps cookies by host and name, and follows redirects. It ignores cookie paths
 * and lifetimes, which do not matter in a run of a few seconds.
 */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** The names of the cookies that would be sent to this URL. */
  cookieNames(url: string): string[] {
    return [...this.#jar(url).keys()];
  }

  /** Opens a page and follows redirects. */
  async open(url: string, headers: Record<string, string> = {}): Promise<Page> {
    let page = await this.ask(url, { ...navigation, ...headers });
    for (let hops = 0; page.location !== undefined && hops < 10; hops++) {
      page = await this.ask(page.location, navigation);
    }
    return page;
  }

  /** Opens a page without following redirects. */
  openOnly(url: string): Promise<Page> {
    return this.ask(url, navigation);
  }

  /** Submits a form and follows redirects. */
  async submit(url: string, fields: Record<string, string>): Promise<Page> {
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    const form = new URLSearchParams(fields).toString();
    const page = await this.ask(url, { ...navigation, ...type }, form);
    return page.location === undefined ? page : this.open(page.location);
  }

  /** One request; with a form it is a POST. */
  async ask(url: string, headers: Record<string, string>, form?: string): Promise<Page> {
    const jar = this.#jar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await send(url, { ...headers, ...(cookie !== "" && { Cookie: cookie }) }, form);
    for (const line of answer.setCookies) keep(jar, line);
    return answer;
  }

  #jar(url: string): Map<string, string> {
    const { hostname } = new URL(url);
    const jar = this.#cookies.get(hostname) ?? new Map<string, string>();
    this.#cookies.set(hostname, jar);
    return jar;
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (name === undefined || value === undefined) return;
  const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1];
  const isGone = /;\s*max-age=0/i.test(line) || Date.parse(expires ?? "") < Date.now();
  if (isGone) jar.delete(name);
  else jar.set(name, value);
}

function send(
  url: string,
  headers: Record<string, string>,
  form: string | undefined,
): Promise<Page & { setCookies: string[] }> {
  const { promise, resolve, reject } = Promise.withResolvers<Page & { setCookies: string[] }>();
  const method = form === undefined ? "GET" : "POST";
  const signal = AbortSignal.timeout(10_000); // a request that hangs must not hang the demo
  const sent = ask(url, { method, headers, signal, agent: false }, (response) => {
    const { statusCode: status = 0, headers: answered } = response;
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("error", reject);
    response.on("end", () => {
      const location = answered.location && new URL(answered.location, url).href;
      const setCookies = answered["set-cookie"] ?? [];
      resolve({ url, status, location, setCookies, body: Buffer.concat(chunks).toString() });
    });
  });
  sent.on("error", reject);
  sent.end(form);
  return promise;
}
