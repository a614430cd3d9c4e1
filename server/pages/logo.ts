import { readFileSync } from "node:fs";
import { reasonsOf } from "../observe/log.ts";

/** Every page has the logo in it. */
const mostBytes = 64 * 1024;

/** The first bytes of each kind of picture (as in the WHATWG's MIME Sniffing). */
const kinds: readonly (readonly [type: string, start: RegExp])[] = [
  ["image/png", /^\x89PNG\r\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[^]{4}WEBP/],
  [
    "image/svg+xml",
    /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--[^]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/i,
  ],
];

/** A logo as a data URL, from the path of a picture or a data URL; or what is wrong with it. */
export function readLogo(written: string): { readonly url: string } | { readonly fault: string } {
  const bytes = bytesOf(written);
  if ("fault" in bytes) return bytes;
  const { picture } = bytes;
  if (picture.length > mostBytes)
    return { fault: `has ${picture.length} bytes: make it at most ${mostBytes}` };
  const start = picture.toString("latin1");
  const [type] = kinds.find(([, grammar]) => grammar.test(start)) ?? [];
  if (type === undefined) return { fault: "is not a picture: use PNG, JPEG, GIF, WebP or SVG" };
  const fault = type === "image/svg+xml" ? svgFault(picture.toString("utf8")) : undefined;
  return fault === undefined
    ? { url: `data:${type};base64,${picture.toString("base64")}` }
    : { fault };
}

function bytesOf(written: string): { readonly picture: Buffer } | { readonly fault: string } {
  if (!written.startsWith("data:")) {
    try {
      return { picture: readFileSync(written) };
    } catch (error) {
      return { fault: `cannot be read: ${reasonsOf(error)}` };
    }
  }
  const [, isBase64, data] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(written) ?? [];
  if (data === undefined) return { fault: "is not a data URL: use data:image/png;base64,…" };
  if (isBase64 !== undefined) return { picture: Buffer.from(data, "base64") };
  try {
    return { picture: Buffer.from(decodeURIComponent(data)) };
  } catch {
    return { fault: "is not a data URL: encode % as %25" };
  }
}

/** A browser runs no script of an SVG in <img>, but a visitor could open the picture alone. */
function svgFault(svg: string): string | undefined {
  if (/<script\b|\son[a-z]+\s*=|javascript:/i.test(svg))
    return "is an SVG with a script: remove <script> and on… attributes";
  if (/<(?:foreignObject|iframe|!ENTITY)\b/i.test(svg))
    return "is an SVG with other documents in it: save it as a plain SVG";
  return undefined;
}
