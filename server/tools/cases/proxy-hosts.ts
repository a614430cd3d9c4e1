import { readdirSync, readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { basename, join } from "node:path";
import { fileText } from "../../config/file-text.ts";
import { dnsName } from "../../values/leaves.ts";
import { caddyHosts } from "./caddy-hosts.ts";
import type { WrittenHost } from "./written-host.ts";
import { yamlHosts } from "./yaml-hosts.ts";

/** A host that a proxy serves, `*.example.com` for all hosts under a domain, and where its file has it. */
export interface ProxyHost {
  readonly name: string;
  readonly place: string;
}

type Reader = (text: string, name: string) => readonly WrittenHost[];

/** The form of a file by its name; a name with another ending is one of nginx if it has `server_name`. */
const forms: readonly { readonly name: RegExp; readonly read: Reader }[] = [
  { name: /\.(ya?ml|json)$/i, read: yamlHosts },
  { name: /\.toml$/i, read: (text) => matchesIn(text, traefikHost) },
  { name: /^Caddyfile|\.caddy(file)?$/i, read: caddyHosts },
  { name: /\.cfg$/i, read: (text) => matchesIn(text, haproxyHosts) },
  { name: /\.conf$/i, read: (text) => matchesIn(text, nginxHosts) },
];

const traefikHost = /\bHost(?:Header|SNI)?\(([^)]*)\)/g;
const nginxHosts = /^[^#\n]*?\bserver_name\s+([^;]+);/gm;
/** `hdr(host) -i a b`, and the variable that the printed file compares. */
const haproxyHosts = /^[^#\n]*?(?:\bhdr(?:_\w+)?\(host\)|_host\))[^\s]*((?:\s+[^\s{}]+)+)/gm;

const formWords =
  "read are files of nginx (.conf), Caddy (Caddyfile, .caddy), HAProxy (.cfg), and YAML, JSON or TOML of Traefik, Envoy, APISIX and Kubernetes";

/** The hosts in a proxy's file, or in every file of a folder. Throws if there are none. */
export function proxyHosts(path: string): ProxyHost[] {
  const found = new Map<string, ProxyHost>();
  for (const file of filesIn(path)) {
    const text = fileText(readFileSync(file)).text;
    const read = readerOf(file, text);
    if (read === undefined) continue;
    for (const { line, written } of read(text, file))
      for (const name of namesIn(written))
        if (!found.has(name)) found.set(name, { name, place: `${file}:${line}` });
  }
  if (found.size === 0) throw new Error(`--proxy ${path}: contains no host; ${formWords}`);
  return [...found.values()];
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function readerOf(file: string, text: string): Reader | undefined {
  const form = forms.find(({ name }) => name.test(basename(file)));
  if (form !== undefined) return form.read;
  return text.includes("server_name") ? (given) => matchesIn(given, nginxHosts) : undefined;
}

function matchesIn(text: string, pattern: RegExp): WrittenHost[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: match, 1: written = "" }) => ({
    line: text.slice(0, index + match.length).split("\n").length,
    written,
  }));
}

/** The host names in a text such as `` `a.example.com`, `b.example.com` `` or `a.example.com *.b.example.com`. */
function namesIn(written: string): string[] {
  return written.split(/[\s,`"'|]+/).flatMap((word) => {
    const host = word
      .toLowerCase()
      .replace(/^https?:\/\//, "")
      .replace(/(\/.*|:(\d+|\*))$/, "");
    const name = host.replace(/\.$/, "");
    // nginx: the domain, and all hosts under it.
    const names = name.startsWith(".") ? [name.slice(1), `*${name}`] : [name];
    return names.every(isHost) ? names : [];
  });
}

function isHost(name: string): boolean {
  const base = name.replace(/^\*\./, "");
  const isInner = /\.(local|internal|svc)$|\.svc\./.test(base);
  return base.includes(".") && dnsName.test(base) && isIP(base) === 0 && !isInner;
}
