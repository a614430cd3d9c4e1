import { request as ask } from "node:http";

export interface Page {
  readonly url: string;
  readonly status: number;
  /** Where the answer leads, as an absolute URL. */
  readonly location: string | undefined;
  readonly body: string;
}

/** What a browser sends when somebody opens a page. */
const navigation = {
  Accept: "text/html,*/*;q=0.8",
  "Sec-Fetch-Mode": "navigate",
  "Sec-Fetch-Dest": "document",
  "Sec-Fetch-Site": "none",
};

/**
 * Somebody with a browser, as far as the journey needs one: keeps cookies by host and name, and follows
 * redirects. Paths and lifetimes of cookies do not matter in a journey of seconds.
 */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** The names of the cookies that a host would get. */
  cookieNames(url: string): string[] {
    return [...this.#jar(url).keys()];
  }

  /** Opens a page and follows where it leads. */
  async open(url: string, headers: Record<string, string> = {}): Promise<Page> {
    let page = await this.ask(url, { ...navigation, ...headers });
    for (let hops = 0; page.location !== undefined && hops < 10; hops++) {
      page = await this.ask(page.location, navigation);
    }
    return page;
  }

  /** Opens a page and stays where the first answer is. */
  knock(url: string): Promise<Page> {
    return this.ask(url, navigation);
  }

  /** Sends a form of the page one is on, and follows where that leads. */
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
  const signal = AbortSignal.timeout(10_000); // whatever hangs, the journey ends
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
