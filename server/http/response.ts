const { STATUS_CODES } = process.getBuiltinModule("node:http");

/** RFC 9110 §5.5. A byte of UTF-8 above ASCII is written as one Latin-1 character. */
const valueGrammar = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * A response of an endpoint, independent of any HTTP library. The lines of its head are joined once, in the
 * constructor, and not for every request that gets it. Every response has `no-store`, because a cached decision would
 * outlive its session; and a length, because without one Node sends an empty body in chunks, and nginx and Caddy then
 * close the connection.
 */
export class HttpResponse {
  readonly status: number;
  readonly body: string;
  /**
   * The headers that not every response has, as lines of the head. The common lines are shared, and there is no list of
   * the headers beside the lines: a response is prepared for each of a hundred thousand sessions.
   */
  readonly #lines: string;

  /**
   * Names and values alternate. Throws if a value contains a character that is not allowed in a header.
   *
   * @param base a response whose headers come before these, so that its lines are not joined again.
   */
  constructor(status: number, headers: readonly string[], body = "", base?: HttpResponse) {
    this.status = status;
    this.body = body;
    this.#lines = base === undefined ? linesOf(headers) : base.#lines + linesOf(headers);
  }

  /** The same response with one more header. */
  with(name: string, value: string): HttpResponse {
    return new HttpResponse(this.status, [name, value], this.body, this);
  }

  /** The same response with another body. */
  withBody(body: string): HttpResponse {
    return new HttpResponse(this.status, [], body, this);
  }

  /** The head as sent, without the headers that depend on the connection. */
  get head(): string {
    const isEmptyAllow = this.status === 200 && this.body === "";
    return (isEmptyAllow ? emptyAllow : commonHead(this.status, this.body)) + this.#lines;
  }

  /** Names and values alternate, in the order of the head. */
  get headers(): readonly string[] {
    return [...commonHeaders(this.body), ...headersIn(this.#lines)];
  }
}

function commonHeaders(body: string): string[] {
  return ["Cache-Control", "no-store", "Content-Length", String(Buffer.byteLength(body))];
}

/** The lines that every response has, as `commonHeaders` lists them. */
function commonHead(status: number, body: string): string {
  const length = body === "" ? 0 : Buffer.byteLength(body);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nCache-Control: no-store\r\nContent-Length: ${length}\r\n`;
}

function linesOf(headers: readonly string[]): string {
  const pieces: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name, value] = [headers[index] as string, headers[index + 1] as string];
    if (!valueGrammar.test(value))
      throw new TypeError(
        `the value of ${name} contains a character that is not allowed in a header`,
      );
    pieces.push(name, ": ", value, "\r\n");
  }
  return pieces.join("");
}

/** The headers of lines: neither a name nor a value has the end of a line, and no name has a colon. */
function headersIn(lines: string): string[] {
  return lines
    .split("\r\n")
    .slice(0, -1)
    .flatMap((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
}

/** Most responses are an allow. */
const emptyAllow = commonHead(200, "");

export function empty(status: number, ...headers: string[]): HttpResponse {
  return new HttpResponse(status, headers);
}

export function json(status: number, value: object, ...headers: string[]): HttpResponse {
  const type = ["Content-Type", "application/json; charset=utf-8"];
  return new HttpResponse(status, [...type, ...headers], JSON.stringify(value));
}

export function text(status: number, body: string): HttpResponse {
  return new HttpResponse(status, ["Content-Type", "text/plain; charset=utf-8"], body);
}

/** Proxies read a head into a buffer of 4 to 16 KiB. */
export const longestLocation = 4_096;

/** Never 307 or 308: a browser would then send the form to the new address too (RFC 9700 §4.12). */
export function redirect(status: 302 | 303, location: string, ...headers: string[]): HttpResponse {
  if (location.length > longestLocation)
    throw new RangeError(
      `a Location of ${location.length} characters, more than ${longestLocation}`,
    );
  return empty(status, "Location", location, "Referrer-Policy", "no-referrer", ...headers);
}
