import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** From the top down; a file may import from its own rank's folder and from what is beneath. */
const ranks: RegExp[][] = [
  [/^server\/cli\.ts$/],
  [/^server\/command-line\.ts$/],
  [/^server\/(serve|check|health|explain|revoke|write-files)\.ts$/],
  [/^server\/check\//],
  [/^server\/(reload)\.ts$/],
  [/^server\/(admin|places|relay|bind)\.ts$/],
  [/^server\/app\.ts$/],
  [/^server\/listener\.ts$/],
  [/^server\/routes\.ts$/],
  [/^server\/(verify|auth|start|compat-sign-in|callback|form-post|sign-out)\.ts$/],
  [/^server\/(user-info|who-asks|issuer-sign-out)\.ts$/],
  [/^server\/(refusals)\.ts$/],
  [/^server\/(door|lasting|late-listener|parties|entrances)\.ts$/],
  [/^server\/proxies\//],
  [/^server\/(config|import|forwarded|access|sign-in|session|store|pages|observe)\//],
  [/^server\/(send|generations)\.ts$/],
  [/^server\/(answer|errors|form|frugal-request|header-name|own-text)\.ts$/],
  [/^providers\//],
];

const sources = ["server", "providers"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);

function rankOf(file: string): number {
  return ranks.findIndex((rank) => rank.some((pattern) => pattern.test(file)));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, name]) => name ?? "");
}

function localImportsOf(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith(".") && name.endsWith(".ts"))
    .map((name) => relative(root, resolve(root, dirname(file), name)));
}

describe("imports", () => {
  it.each(sources)("of %s only go down", (file) => {
    const rank = rankOf(file);
    const upward = localImportsOf(file).filter((other) => rankOf(other) < rank);

    expect(rank).toBeGreaterThanOrEqual(0);
    expect(upward).toEqual([]);
  });

  it("never lead from one endpoint to another", () => {
    const endpoints = sources.filter((file) => rankOf(file) === rankOf("server/verify.ts"));

    expect(endpoints.flatMap(localImportsOf).filter((file) => endpoints.includes(file))).toEqual(
      [],
    );
  });

  it("of openid-client stand in server/sign-in alone", () => {
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
