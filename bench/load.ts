import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The requests of a load: templates in turn, each with one of the fills in its gaps. */
export interface Load {
  readonly templates: readonly string[];
  readonly fills: readonly string[];
  /** doorward's status for each template. */
  readonly statuses: readonly number[];
}

/** The placeholder for a fill. It cannot occur in a header. */
export const gap = "\u0001";
const end = "\u0002";

/** Writes the load to a folder that wrk.lua and autocannon.ts read. */
export async function writeLoad({ templates, fills }: Load): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-load-"));
  await writeFile(join(folder, "templates"), templates.join(end));
  await writeFile(join(folder, "fills"), fills.join("\n"));
  return folder;
}

/** Reads the load back from the files of that folder. */
export function readLoad(read: (name: string) => string): Pick<Load, "templates" | "fills"> {
  return { templates: read("templates").split(end), fills: read("fills").split("\n") };
}

/** Splits a request text into the path and headers that a client library needs. */
export function parseRequest(request: string): { path: string; headers: [string, string][] } {
  const [first = "", ...lines] = request.trimEnd().split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { path: first.split(" ")[1] ?? "", headers };
}

/** The first request of each template, byte for byte. */
export function firstRequests({ templates, fills }: Load): string[] {
  return templates.map((template) => template.replaceAll(gap, fills[0] ?? ""));
}

const cookieBytes = 1024;

/** The variable parts of a visitor's request. `own`: doorward's cookie, or none. */
export interface Visitor {
  readonly host: string;
  readonly uri: string;
  readonly own?: string | undefined;
  /** The length of the fill for the gap in `own`. */
  readonly fillBytes?: number;
  readonly authorization?: string;
  /** Where the proxy sends its request; without it, to doorward's `/verify`. */
  readonly path?: string;
  /** The length of the other cookies; without it, all cookies together have 1 KiB. */
  readonly otherCookieBytes?: number;
}

/** The call to `/verify` in the two common dialects, with twelve headers and 1 KiB of cookies each. */
export function bothShapes(visitor: Visitor): string[] {
  return [nginxShaped(visitor), traefikShaped(visitor)];
}

function nginxShaped(visitor: Visitor): string {
  const headers = {
    "X-Original-URL": `https://${visitor.host}${visitor.uri}`,
    "X-Original-Method": "GET",
    "X-Forwarded-For": "203.0.113.7",
    ...browserHeaders(visitor),
  };
  return written("doorward", headers, visitor.path);
}

export function traefikShaped(visitor: Visitor): string {
  const headers = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Host": visitor.host,
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Uri": visitor.uri,
    ...browserHeaders(visitor),
  };
  return written("doorward:4180", headers, visitor.path);
}

/** The browser's own request to nginx. */
export function fromBrowser(visitor: Visitor, path: string): string {
  return written(visitor.host, browserHeaders(visitor), path);
}

function browserHeaders(visitor: Visitor): Record<string, string> {
  const { own, fillBytes = 0, authorization } = visitor;
  const others = "theme=dark; basket=";
  const tail = own === undefined ? "" : `; ${own}`;
  const { otherCookieBytes = cookieBytes - tail.length - fillBytes } = visitor;
  const left = otherCookieBytes - others.length;
  return {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    ...(authorization === undefined
      ? { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" }
      : { Authorization: authorization }),
    Cookie: `${others}${"x".repeat(left)}${tail}`,
  };
}

function written(host: string, headers: Record<string, string>, path = "/verify"): string {
  const lines = Object.entries({ Host: host, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}
