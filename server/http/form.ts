import type { H3Event } from "h3";

const mostFormBytes = 16 * 1024;

/** Whether a request says that it carries a form (RFC 9110 §8.3.1: a parameter may stand behind the type). */
export function isForm(headers: Headers): boolean {
  const type = headers.get("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type);
}

/** A small form, empty where there is none; undefined = it is too large to be one of ours. */
export async function readForm(request: H3Event["req"]): Promise<URLSearchParams | undefined> {
  const { headers } = request;
  // RFC 9112 §6.3: with neither there is no body, and Node has closed it before anybody looks.
  const hasBody = headers.has("content-length") || headers.has("transfer-encoding");
  if (!isForm(headers) || !hasBody) return new URLSearchParams();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostFormBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
