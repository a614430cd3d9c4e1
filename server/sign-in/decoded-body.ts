import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { mostBytes } from "./whole-response.ts";

const decoders: Readonly<Record<string, (body: Buffer, limit: object) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, object, Buffer>(gunzip),
  "x-gzip": promisify<Buffer, object, Buffer>(gunzip),
  deflate: promisify<Buffer, object, Buffer>(inflate),
  br: promisify<Buffer, object, Buffer>(brotliDecompress),
};

/**
 * A body without its content codings (RFC 9110 §8.4), of at most 8 MiB: a file server may send a compressed key set to a
 * client that asked for none.
 */
export async function decodedBody(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  const codings = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map((one) => one.trim());
  let decoded = body;
  for (const coding of codings.toReversed()) {
    if (coding === "" || coding === "identity" || decoded.length === 0) continue;
    const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
    if (decode === undefined) throw new Error(`the response has the Content-Encoding ${coding}`);
    decoded = await decode(decoded, { maxOutputLength: mostBytes });
  }
  return decoded;
}
