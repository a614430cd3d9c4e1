import { readdirSync, readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { basename, join } from "node:path";
import { fileText } from "../../config/file-text.ts";
import { dnsName } from "../../values/leaves.ts";
import { caddyHosts } from "./caddy-hosts.ts";
import { traefikHosts } from "./traefik-hosts.ts";
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
  { name: /\.toml$/i, read: tomlHosts },
  { name: /^Caddyfile|\.caddy(file)?$/i, read: caddyHosts },
  { name: /\.cfg$/i, read: haproxyHosts },
  { name: /\.conf$/i, read: nginxHosts },
];

function tomlHosts(text: string): WrittenHost[] {
  return linesOf(text).flatMap(({ line, text: own }) =>
    traefikHosts(own).map((written) => ({ line, written })),
  );
}

/** A directive can have several lines. A name with a dot in front is the domain, and all hosts under it. */
function nginxHosts(text: string): WrittenHost[] {
  const found = text.matchAll(/^[^#\n]*?\bserver_name\s+([^;]+);/gm);
  return Array.from(found, ({ index, 0: match, 1: written = "" }) => ({
    line: text.slice(0, index + match.length).split("\n").length,
    written: written.replace(/#.*$/gm, "").replace(/(^|\s)\.(\S+)/g, "$1$2 *.$2"),
  }));
}

/** `hdr(host) -i a b`, and the variable that the printed file compares. */
function haproxyHosts(text: string): WrittenHost[] {
  return linesOf(text.replace(/(^|\s)#.*$/gm, "$1")).flatMap(({ line, text: own }) =>
    Array.from(
      own.matchAll(/(?:\bhdr(?:_\w+)?\(host\)|_host\))\S*((?:\s+[^\s{}]+)+)/g),
      ([, written = ""]) => ({ line, written }),
    ),
  );
}

function linesOf(text: string) {
  return text.split("\n").map((own, index) => ({ line: index + 1, text: own }));
}

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
  return text.includes("server_name") ? nginxHosts : undefined;
}

/** The host names in a text such as `` `a.example.com`, `b.example.com` `` or `a.example.com *.b.example.com`. */
function namesIn(written: string): string[] {
  return written.split(/[\s,`"'|]+/).flatMap((word) => {
    const host = word
      .toLowerCase()
      .replace(/^https?:\/\//, "")
      .replace(/(\/.*|:(\d+|\*))$/, "");
    const name = host.replace(/\.$/, "");
    // HAProxy's `-m end`: all hosts under a domain.
    const pattern = name.startsWith(".") ? `*${name}` : name;
    return isHost(pattern) ? [pattern] : [];
  });
}

function isHost(name: string): boolean {
  const base = name.replace(/^\*\./, "");
  const isInner = /\.(local|internal|svc)$|\.svc\./.test(base);
  return base.includes(".") && dnsName.test(base) && isIP(base) === 0 && !isInner;
}
