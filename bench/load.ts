import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is sent: templates in turn, with one of the fills in their gaps. */
export interface Load {
  readonly templates: readonly string[];
  readonly fills: readonly string[];
  /** What doorward answers to each template. */
  readonly statuses: readonly number[];
}

/** Where a fill goes. No header may hold it. */
export const gap = "\u0001";
const end = "\u0002";

/** The folder that wrk.lua and autocannon.ts read. */
export async function writeLoad({ templates, fills }: Load): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-load-"));
  await writeFile(join(folder, "templates"), templates.join(end));
  await writeFile(join(folder, "fills"), fills.join("\n"));
  return folder;
}

/** The same again, from what the files in that folder hold. */
export function readLoad(read: (name: string) => string): Pick<Load, "templates" | "fills"> {
  return { templates: read("templates").split(end), fills: read("fills").split("\n") };
}

/** What a client library needs to send a request that was written out. */
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

/** Somebody who asks, as the cookies and headers of their browser say. `own`: our cookie, or none. */
export interface Visitor {
  readonly host: string;
  readonly uri: string;
  readonly own?: string | undefined;
  /** How long the fill is that goes into the gap in `own`. */
  readonly fillBytes?: number;
  readonly authorization?: string;
}

/** The two shapes in which proxies ask, twelve headers each, with 1 KiB of cookies. */
export function bothShapes(visitor: Visitor): string[] {
  return [nginxShaped(visitor), traefikShaped(visitor)];
}

function nginxShaped(visitor: Visitor): string {
  return written("doorward", {
    "X-Original-URL": `https://${visitor.host}${visitor.uri}`,
    "X-Original-Method": "GET",
    "X-Forwarded-For": "203.0.113.7",
    ...browserHeaders(visitor),
  });
}

function traefikShaped(visitor: Visitor): string {
  return written("doorward:4180", {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Host": visitor.host,
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Uri": visitor.uri,
    ...browserHeaders(visitor),
  });
}

/** What the browser itself sends to nginx. */
export function fromBrowser(visitor: Visitor, path: string): string {
  return written(visitor.host, browserHeaders(visitor), path);
}

function browserHeaders({ own, fillBytes = 0, authorization }: Visitor): Record<string, string> {
  const others = "theme=dark; basket=";
  const tail = own === undefined ? "" : `; ${own}`;
  const left = cookieBytes - others.length - tail.length - fillBytes;
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
