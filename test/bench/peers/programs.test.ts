import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { absence, findPeers } from "../../../bench/peers/programs.ts";

let folder: string;
const inFolder = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-bench-test-"));
  await mkdir(inFolder("first/oauth2-proxy"), { recursive: true }); // a folder of this name
  await mkdir(inFolder("second"));
  for (const name of ["second/oauth2-proxy", "mine"]) await writeFile(inFolder(name), "");
  await writeFile(inFolder("second/traefik-forward-auth"), "");
  for (const name of ["second/oauth2-proxy", "mine"]) await chmod(inFolder(name), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

describe("bench/peers/programs.ts", () => {
  it("finds a program on the PATH, and not a folder or a file that cannot be executed", () => {
    const path = [inFolder("none"), inFolder("first"), inFolder("second")].join(delimiter);

    expect(findPeers({ PATH: path })).toEqual({
      "oauth2-proxy": inFolder("second/oauth2-proxy"),
      "traefik-forward-auth": undefined,
    });
  });

  it("prefers the path in the environment variable", () => {
    const environment = {
      PATH: inFolder("second"),
      DOORWARD_BENCH_OAUTH2_PROXY: inFolder("mine"),
      DOORWARD_BENCH_TRAEFIK_FORWARD_AUTH: inFolder("mine"),
    };

    expect(findPeers(environment)).toEqual({
      "oauth2-proxy": inFolder("mine"),
      "traefik-forward-auth": inFolder("mine"),
    });
  });

  it("rejects a variable that names no program", () => {
    for (const name of ["none", "second", "second/traefik-forward-auth"])
      expect(() =>
        findPeers({ PATH: inFolder("second"), DOORWARD_BENCH_OAUTH2_PROXY: inFolder(name) }),
      ).toThrow(`DOORWARD_BENCH_OAUTH2_PROXY: ${inFolder(name)} is not an executable file`);
  });

  it("names the variable of an absent program", () => {
    expect(findPeers({})).toEqual({ "oauth2-proxy": undefined, "traefik-forward-auth": undefined });
    expect(absence("traefik-forward-auth")).toBe(
      "traefik-forward-auth is absent: install it on the PATH, or set DOORWARD_BENCH_TRAEFIK_FORWARD_AUTH to its path",
    );
  });
});
