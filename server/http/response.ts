const { STATUS_CODES } = process.getBuiltinModule("node:http");

/** RFC 9110 §5.5, with bytes beyond ASCII: they are UTF-8, each as a Latin-1 character. */
const valueGrammar = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * What an endpoint says, before any HTTP library sees it. Its head is put together once, here, and not for
 * every request that gets it. All that every answer of ours must have is in it: `no-store`, for a cached
 * verdict would outlive the session it was given for; and its length, for without one Node sends an empty body
 * in chunks, and nginx and Caddy then throw the connection away.
 */
export class HttpResponse {
  readonly status: number;
  /** The first lines of the head, as they go over the wire. */
  readonly head: string;
  readonly body: string;
  readonly #own: readonly string[];

  /** Names and values alternate. Throws at a value that would end its line. */
  constructor(status: number, headers: readonly string[], body = "") {
    this.status = status;
    this.head = written(status, Buffer.byteLength(body), headers);
    this.body = body;
    this.#own = headers;
  }

  /** Names and values alternate, in the order of the head. */
  get headers(): readonly string[] {
    const length = String(Buffer.byteLength(this.body));
    return ["Cache-Control", "no-store", "Content-Length", length, ...this.#own];
  }
}

function written(status: number, length: number, headers: readonly string[]): string {
  const pieces = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`,
    `Cache-Control: no-store\r\nContent-Length: ${length}\r\n`,
  ];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name, value] = [headers[index] as string, headers[index + 1] as string];
    if (!valueGrammar.test(value)) throw new TypeError(`${name} holds what no header may`);
    pieces.push(name, ": ", value, "\r\n");
  }
  return pieces.join("");
}

export function empty(status: number, ...headers: string[]): HttpResponse {
  return new HttpResponse(status, headers);
}

export function json(status: number, value: object, ...headers: string[]): HttpResponse {
  const type = ["Content-Type", "application/json; charset=utf-8"];
  return new HttpResponse(status, [...type, ...headers], JSON.stringify(value));
}

/** Never 307 or 308: those would send a form, and what it carries, on (RFC 9700 §4.12). */
export function redirect(status: 302 | 303, location: string, ...headers: string[]): HttpResponse {
  return empty(status, "Location", location, "Referrer-Policy", "no-referrer", ...headers);
}
