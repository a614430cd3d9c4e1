/** A response whose body has been read. It can be read any number of times. */
export interface WholeResponse extends Response {
  /** The same head with another body. */
  with(text: string, headers?: Headers): WholeResponse;
}

type WholeClass = ReturnType<typeof defineWhole>;
let known: WholeClass | undefined;

export function createWholeResponse(text: string, init: ResponseInit): WholeResponse {
  known ??= defineWhole();
  return new known(text, init);
}

/**
 * Node's own `Response` makes a stream of every body, which costs more than the rest of a request to an issuer, and
 * several checks read the same body. Defined at the first response, because `Response` alone loads Node's `fetch`.
 */
function defineWhole() {
  return class Whole extends Response implements WholeResponse {
    readonly #text: string;

    constructor(text: string, init: ResponseInit) {
      super(null, init);
      this.#text = text;
    }

    override readonly text = async () => this.#text;
    override readonly json = async (): Promise<unknown> => JSON.parse(this.#text);
    override readonly bytes = async () => Buffer.from(this.#text);
    override readonly arrayBuffer = async () => new Uint8Array(Buffer.from(this.#text)).buffer;
    override readonly blob = async () => new Blob([this.#text]);

    override clone(): WholeResponse {
      return this.with(this.#text);
    }

    with(text: string, headers: Headers = this.headers): WholeResponse {
      const { status, statusText } = this;
      return new Whole(text, { status, statusText, headers });
    }
  };
}

/** Enough for tens of thousands of groups, which a token response contains again in the ID token. */
export const mostBytes = 8 * 1024 * 1024;

/** Reads a body of at most 8 MiB, whatever its `Content-Length`. */
export async function readBounded(body: AsyncIterable<Uint8Array>, url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes)
      throw new Error(`the response from ${new URL(url).origin} is larger than 8 MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As `Response.text`: without a byte order mark. */
export function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

/** The response with its body read. Throws if the body is longer than 8 MiB. */
export async function wholeResponse(response: Response, url: string): Promise<WholeResponse> {
  if (known !== undefined && response instanceof known) return response;
  const { status, statusText, headers, body } = response;
  const text = body === null ? "" : textOf(await readBounded(body, url));
  return createWholeResponse(text, { status, statusText, headers });
}
