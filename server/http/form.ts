import type { H3Event } from "h3";

const mostFormBytes = 16 * 1024;

/** Whether the content type is a form's (RFC 9110 §8.3.1: a parameter may follow the type). */
export function isForm(headers: Headers): boolean {
  const type = headers.get("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type);
}

/** The form of a request, empty if there is none; or the status of a refusal: 413 too large, 400 cut off. */
export async function readForm(request: H3Event["req"]): Promise<URLSearchParams | 400 | 413> {
  const { headers } = request;
  // RFC 9112 §6.3: without either header there is no body, and Node has already closed the stream.
  const hasBody = headers.has("content-length") || headers.has("transfer-encoding");
  if (!isForm(headers) || !hasBody) return new URLSearchParams();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > mostFormBytes) return 413;
      chunks.push(chunk);
    }
  } catch {
    return 400; // the client has hung up, and nothing of half a form counts
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
