import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** From the top down, one folder a rank. A file may import from its own folder and from the ranks below it. */
const ranks: readonly string[] = [
  "server/cli",
  "server/tools",
  "server/tools/proxies/apisix",
  "server/tools/proxies/caddy",
  "server/tools/proxies/envoy",
  "server/tools/proxies/haproxy",
  "server/tools/proxies/ingress-nginx",
  "server/tools/proxies/nginx",
  "server/tools/proxies/traefik",
  "server/tools/proxies",
  "server/tools/import",
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

const endpointFolders = ["server/verify", "server/start", "server/callback", "server/sign-out"];

const sources = ["server", "providers"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);

/** A file directly in `server/` is a rank of its own; any other file has its folder's. */
function roomOf(file: string): string {
  const folder = dirname(file);
  return folder === "server" ? file : folder;
}

function rankOf(file: string): number {
  return ranks.indexOf(roomOf(file));
}

/** Every import, of types too. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, name]) => name ?? "");
}

function localImportsOf(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith(".") && name.endsWith(".ts"))
    .map((name) => relative(root, resolve(root, dirname(file), name)));
}

/** The files of a circle that this file is on, if there is one. */
function circleThrough(file: string): string[] | undefined {
  const seen = new Set<string>();
  const walk = (current: string, path: readonly string[]): string[] | undefined => {
    for (const next of localImportsOf(current)) {
      if (next === file) return [...path, next];
      if (seen.has(next) || roomOf(next) !== roomOf(file)) continue;
      seen.add(next);
      const circle = walk(next, [...path, next]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  return walk(file, [file]);
}

describe("imports", () => {
  it.each(sources)("of %s only go down", (file) => {
    const upward = localImportsOf(file).filter((other) => rankOf(other) < rankOf(file));

    expect(rankOf(file), `${roomOf(file)} has no rank`).toBeGreaterThanOrEqual(0);
    expect(upward).toEqual([]);
  });

  it("form no circle within a folder", () => {
    expect(sources.flatMap((file) => circleThrough(file)?.join(" -> ") ?? [])).toEqual([]);
  });

  it("never lead from one endpoint to another", () => {
    const across = endpointFolders.flatMap((folder) =>
      sources
        .filter((file) => dirname(file) === folder)
        .flatMap(localImportsOf)
        .filter((other) => dirname(other) !== folder && endpointFolders.includes(dirname(other))),
    );

    expect(across).toEqual([]);
  });

  it("of openid-client are in server/sign-in only", () => {
    const importers = sources.filter((file) => importsOf(file).includes("openid-client"));

    expect(importers.filter((file) => !file.startsWith("server/sign-in/"))).toEqual([]);
  });

  it("of a provider reach nothing of the server", () => {
    const files = sources.filter((file) => file.startsWith("providers/"));

    expect(files.flatMap(localImportsOf).filter((file) => !file.startsWith("providers/"))).toEqual(
      [],
    );
  });
});

describe("the layout", () => {
  it("gives every folder exactly one rank", () => {
    const rooms = new Set(sources.map(roomOf));

    expect(new Set(ranks).size).toBe(ranks.length);
    expect([...rooms].toSorted()).toEqual(ranks.toSorted());
  });

  it("keeps at most three files directly in server/", () => {
    expect(sources.filter((file) => dirname(file) === "server").length).toBeLessThanOrEqual(3);
  });
});
