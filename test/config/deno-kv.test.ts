import { expect, it } from "vitest";
import { factsOf } from "../../server/config/storage-drivers.ts";

it.each<[string, Record<string, unknown>, string]>([
  ["a file", { path: "/var/lib/doorward/kv.sqlite" }, "machine"],
  ["a file with the name of a scheme", { path: "https.sqlite" }, "machine"],
  ["no path", {}, "process"],
  ["an empty path", { path: "" }, "process"],
  ["SQLite's memory", { path: ":memory:" }, "process"],
  ["a remote database", { path: "https://kv.example.com/connect" }, "shared"],
  ["a remote database in the cluster", { path: "http://denokv:4512" }, "shared"],
  ["an address in capitals", { path: "HTTPS://kv.example.com" }, "shared"],
  [
    "the remote implementation",
    { path: "kv.example.com", openKvOptions: { implementation: "remote" } },
    "shared",
  ],
  [
    "another implementation",
    { path: "/var/lib/kv", openKvOptions: { implementation: "in-memory" } },
    "process",
  ],
  ["unknown options", { path: "/var/lib/kv", openKvOptions: { implementation: 1 } }, "shared"],
  ["a path of another type", { path: 1 }, "shared"],
])("a Deno KV with %s is reached as it is configured", (_, settings, reach) => {
  const facts = factsOf({ driver: "deno-kv-node", ...settings });

  expect(facts).toEqual({ reach, expires: true });
});

it("other drivers do not depend on their settings", () => {
  expect(factsOf({ driver: "fs-lite", path: "https://kv.example.com" })?.reach).toBe("machine");
  expect(factsOf({ driver: "toString" })).toBeUndefined();
});
