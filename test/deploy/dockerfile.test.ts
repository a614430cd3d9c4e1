import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { root } from "../../docs/source-files.ts";
import { blocks } from "../docs/blocks.ts";
import { runShell } from "../docs/shell.ts";
import { dockerfileStages, stepsOf, wordsOf } from "../peers/dockerfile.ts";
import { allOptions } from "./chart-values.ts";
import { renderChart, resourcesOf } from "./helm.ts";
import { readResources, type Resource } from "./schemas.ts";

const [build, ...others] = dockerfileStages();
const final = others.at(-1);

describe("the build stage", () => {
  it("copies only files that exist and that .dockerignore allows", () => {
    const allowed = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");

    const copied = stepsOf(build, "COPY").flatMap(({ words }) => words.slice(0, -1));

    expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    expect(copied.filter((name) => !allowed.includes(`!${name}`))).toEqual([]);
    expect(copied).toEqual(expect.arrayContaining(["server", "providers", "package.json"]));
    expect(allowed[0]).toBe("*");
  });

  it("has the Node with which the tests run", () => {
    expect(wordsOf(build, "FROM")[0]).toBe(`node:${manifest.devDependencies.node}-bookworm-slim`);
  });

  it("installs the packages of the lockfile, and builds the executable", () => {
    expect(stepsOf(build, "RUN").map(({ text }) => text)).toEqual(
      expect.arrayContaining(["npm ci", "npm run build"]),
    );
  });
});

describe("the final stage", () => {
  it("copies only from the build stage", () => {
    const [, , name] = wordsOf(build, "FROM");
    const sources = stepsOf(final, "COPY").map(({ flags }) => flags.get("from"));

    expect(others).toHaveLength(1);
    expect(new Set(sources)).toEqual(new Set([name]));
  });

  it("needs no shell: its commands are in the exec form, and begin with the executable", () => {
    const forms = ["ENTRYPOINT", "CMD", "HEALTHCHECK"].map(
      (keyword) => stepsOf(final, keyword).at(-1)?.isExec,
    );

    expect(forms).toEqual([true, true, true]);
    expect(stepsOf(final, "RUN")).toEqual([]);
    expect(wordsOf(final, "ENTRYPOINT")).toEqual(["/usr/local/bin/doorward"]);
    expect(wordsOf(final, "CMD")).toEqual(["serve", "--config", "/etc/doorward/doorward.yaml"]);
    expect(wordsOf(final, "HEALTHCHECK")).toEqual([
      "/usr/local/bin/doorward",
      "health",
      "--config",
      "/etc/doorward/doorward.yaml",
    ]);
  });

  it("has the labels of package.json", () => {
    const labels = wordsOf(final, "LABEL").map((word) =>
      word.replace(/^org\.opencontainers\.image\./, ""),
    );

    expect(labels.toSorted()).toEqual([
      `description=${manifest.description}`,
      `licenses=${manifest.license}`,
      `title=${manifest.name}`,
      `version=${manifest.version}`,
    ]);
  });

  it("has a numeric user, which Kubernetes can tell from root", () => {
    const [user = ""] = wordsOf(final, "USER");

    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });
});

describe("the docker commands of deploy/container/README.md", () => {
  const written = blocks.filter(({ file }) => file === "deploy/container/README.md");
  const find = (start: string) => written.find(({ text }) => text.startsWith(start))?.text ?? "";
  /** The words of a command as a shell passes them to docker. */
  const wordsFor = async (start: string) => {
    const setUp = `docker() { printf '%s\\n' "$@"; }`;
    return (await runShell(find(start), { cwd: tmpdir(), setUp })).trim().split("\n");
  };

  it("mount what the image reads and writes, and run the image that they build", async () => {
    const words = await wordsFor("docker run");
    const after = (flag: string) => words.filter((_, index) => words[index - 1] === flag);
    const targets = after("--volume").map((volume) => volume.split(":")[1]);
    const files = after("--env").map((variable) => dirname(variable.replace(/.*=/, "")));
    const configuration = wordsOf(final, "CMD").at(-1) ?? "";

    expect(targets).toEqual(expect.arrayContaining([...wordsOf(final, "VOLUME"), ...files]));
    expect(targets).toContain(dirname(configuration));
    expect(await wordsFor("docker build --tag")).toContain(words.at(-1));
    expect(words).toContain("--read-only");
  });

  it("name the executable, the configuration and the user of the image", async () => {
    const [, name, ...words] = await wordsFor("docker exec");
    const configuration = wordsOf(final, "CMD").slice(1);

    expect(words).toEqual([...wordsOf(final, "ENTRYPOINT"), "check", ...configuration]);
    expect(await wordsFor("docker run")).toContain(name);
    expect(find("chown").split(" ")).toContain(wordsOf(final, "USER")[0]);
  });
});

const podUser = v.object({
  spec: v.object({
    template: v.object({
      spec: v.object({ securityContext: v.object({ runAsUser: v.number(), fsGroup: v.number() }) }),
    }),
  }),
});

describe.each<[string, () => readonly Resource[]]>([
  [
    "deploy/kubernetes",
    () => readResources(readFileSync(join(root, "deploy/kubernetes/deployment.yaml"), "utf8")),
  ],
  ["the chart", () => resourcesOf(renderChart(allOptions))],
])("the Deployment of %s", (_, resources) => {
  it("runs as the image's user", () => {
    const deployment = resources().find(({ kind }) => kind === "Deployment");
    const { runAsUser, fsGroup } = v.parse(podUser, deployment).spec.template.spec.securityContext;

    expect(wordsOf(final, "USER")).toEqual([`${runAsUser}:${fsGroup}`]);
  });
});
