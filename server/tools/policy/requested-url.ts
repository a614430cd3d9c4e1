import {
  forwardedRequest,
  isMalformed,
  type ForwardedRequest,
} from "../../forwarded/forwarded-request.ts";
import { urlHostOutsideAscii } from "../../values/ascii-host.ts";

/** The request for a URL as it is written. Throws if `/verify` would not accept it. */
export function readUrl(url: string, method: string): ForwardedRequest {
  // Without the URL class, which would normalize the spelling that is to be explained.
  const [, scheme, host, uri] = /^(https?):\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (scheme === undefined || host === undefined) {
    throw new Error("the URL is not absolute: write https://host/path");
  }
  const fault = urlHostOutsideAscii(url);
  if (fault !== undefined) throw new Error(`the URL ${fault}`);
  const request = forwardedRequest(
    method,
    scheme,
    host,
    uri === undefined || uri === "" ? "/" : uri,
  );
  if (isMalformed(request)) throw new Error(`rejected before any rule: ${request.malformed}`);
  return request;
}
