import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { deployFolder } from "./example.ts";
import { composeFault } from "./schemas.ts";

const service = v.object({
  volumes: v.optional(v.array(v.string()), []),
  extends: v.optional(v.object({ file: v.string(), service: v.string() })),
  build: v.optional(v.string()),
  network_mode: v.optional(v.string()),
  ports: v.optional(v.array(v.string()), []),
});
const composeFile = v.object({
  services: v.record(v.string(), service),
  volumes: v.optional(v.record(v.string(), v.unknown()), {}),
});

function readCompose(path: string): v.InferOutput<typeof composeFile> {
  return v.parse(composeFile, parseYAML(readFileSync(path, "utf8")));
}

/** Files and services that a compose file names and that do not exist. */
function missingOf(folder: string): string[] {
  const { services, volumes } = readCompose(join(folder, "compose.yaml"));
  return Object.values(services).flatMap((one) => {
    const mounted = one.volumes.map((volume) => volume.split(":")[0] ?? "");
    const isThere = (name: string) =>
      /^[./]/.test(name) ? existsSync(join(folder, name)) : Object.hasOwn(volumes, name);
    const { file, service: base } = one.extends ?? { file: "compose.yaml", service: undefined };
    const bases = Object.keys(readCompose(join(folder, file)).services);
    const missing = mounted.concat(one.build ?? []).filter((name) => !isThere(name));
    return base === undefined || bases.includes(base) ? missing : missing.concat(base);
  });
}

const composed = readdirSync(deployFolder).filter((name) =>
  existsSync(join(deployFolder, name, "compose.yaml")),
);

describe.each(composed)("the compose file of %s", (name) => {
  const folder = join(deployFolder, name);

  it("matches the published schema, and so does the file that it extends", () => {
    const files = [join(folder, "compose.yaml"), join(deployFolder, "compose.yaml")];

    const faults = files.map((file) => composeFault(parseYAML(readFileSync(file, "utf8"))));

    expect(faults).toEqual(["", ""]);
  });

  it("mounts, builds and extends only what exists", () => {
    expect([...missingOf(folder), ...missingOf(deployFolder)]).toEqual([]);
  });

  it("lets only the proxy reach doorward and the app", () => {
    const { services } = readCompose(join(folder, "compose.yaml"));

    const inside = [services.doorward, services.app];
    expect(inside.map((one) => one?.network_mode)).toEqual(["service:proxy", "service:proxy"]);
    expect(inside.flatMap((one) => one?.ports)).toEqual([]);
  });
});

it("the schema of compose files detects an unknown key", () => {
  expect(composeFault({ services: { app: { imgae: "x" } } })).toContain("imgae");
});
