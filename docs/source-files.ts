import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const root = join(import.meta.dirname, "..");

/** From the top down, one folder a rank. A file may import from its own folder and from the ranks below it. */
export const ranks: readonly string[] = [
  "server/cli",
  "server/embed.ts",
  "server/tools",
  "server/tools/cases",
  "server/tools/diff",
  "server/tools/proxies/apisix",
  "server/tools/proxies/caddy",
  "server/tools/proxies/envoy",
  "server/tools/proxies/haproxy",
  "server/tools/proxies/ingress-nginx",
  "server/tools/proxies/nginx",
  "server/tools/proxies/traefik",
  "server/tools/proxies",
  "server/tools/import",
  "server/tools/import/formats",
  "server/tools/policy",
  "server/check",
  "server/serve",
  "server/app",
  "server/verify",
  "server/start",
  "server/callback",
  "server/sign-out",
  "server/context.ts",
  "server/credentials",
  "server/session",
  "server/sign-in",
  "server/pages",
  "server/pages/languages",
  "server/assertion",
  "server/cookies",
  "server/store",
  "server/config",
  "server/policy",
  "server/values",
  "server/forwarded",
  "server/identity",
  "server/observe",
  "server/http",
  "server/memory",
  "server/errors.ts",
  "providers",
];

/** Every source file of the service and its tools, relative to the repository. */
export function sourceFiles(from: string = root): string[] {
  return ["server", "providers"].flatMap((folder) =>
    readdirSync(join(from, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
}

/** Every file of the repository, as git lists them. */
export function trackedFiles(): string[] {
  return execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
}

/** A file directly in `server/` is a folder of its own; any other file has its folder. */
export function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === "server" ? file : folder;
}

export interface Import {
  /** A package's name, or the file relative to the repository. */
  readonly target: string;
  readonly isLocal: boolean;
  /** It imports types only, so nothing is loaded. */
  readonly isType: boolean;
}

/** Every import of a file, of types too. */
export function importsOf(file: string, from: string = root): Import[] {
  const text = readFileSync(join(from, file), "utf8");
  const found = text.matchAll(
    /(import\s+type\b[^;]*?from|export\s+type\b[^;]*?from|from|import\()\s*"([^"]+)"/g,
  );
  return Array.from(found, ([, keyword = "", name = ""]) => {
    const isLocal = name.startsWith(".") && name.endsWith(".ts");
    const target = isLocal ? relative(from, resolve(from, dirname(file), name)) : name;
    return { target, isLocal, isType: /^(im|ex)port\s+type\b/.test(keyword) };
  });
}
