import { execFileSync } from "node:child_process";
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { root } from "../../docs/source-files.ts";
import { dockerfileStages, stepsOf, wordsOf, type Stage } from "../peers/dockerfile.ts";

/** The Debian packages in the base of the final stage that contain libraries. */
const basePackages = ["libc6", "libgcc-s1", "libgomp1", "libssl3", "libstdc++6"];
const maxBuffer = 100_000_000;

export interface BuiltImage {
  /** Its root folder. */
  readonly folder: string;
  readonly stage: Stage;
  remove(): void;
}

/**
 * Does what the Dockerfile says without a container engine. The bases of both stages are this system's: Debian 12, as
 * theirs. Needs root, for the owners of the files.
 */
export function buildImage(): BuiltImage {
  if (process.getuid?.() !== 0)
    throw new Error("the test of the image needs root, for the owners of files and for chroot");
  const stages = dockerfileStages();
  const final = stages.at(-1) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "doorward-image-"));
  const [builder, image] = [join(folder, "builder"), join(folder, "image")];
  const build = stages[0] ?? [];
  runBuildStage(build, join(builder, wordsOf(build, "WORKDIR")[0] ?? ""));
  copyBase(image);
  for (const { words, flags } of stepsOf(final, "COPY"))
    copyInto(image, builder, words, flags.get("chown"));
  return { folder: image, stage: final, remove: () => rmSync(folder, { recursive: true }) };
}

function runBuildStage(stage: Stage, workdir: string): void {
  for (const { keyword, words, text } of stage) {
    if (keyword === "WORKDIR") mkdirSync(workdir, { recursive: true });
    if (keyword === "COPY") copyInto(workdir, root, words);
    if (keyword !== "RUN") continue;
    // The packages that `npm ci` has installed here.
    if (text === "npm ci") symlinkSync(join(root, "node_modules"), join(workdir, "node_modules"));
    else execFileSync("sh", ["-ec", text], { cwd: workdir });
  }
}

/** A folder's contents are copied, and a file into a target that ends with a slash. */
function copyInto(folder: string, from: string, words: readonly string[], owner?: string): void {
  const target = words.at(-1) ?? "";
  for (const source of words.slice(0, -1)) {
    const path = join(folder, target, target.endsWith("/") ? basename(source) : "");
    cpSync(join(from, source), path, { recursive: true });
    const [user = 0, group = 0] = owner?.split(":").map(Number) ?? [];
    if (owner !== undefined) chownSync(path, user, group);
  }
}

/** The libraries of the base's packages, at the same paths, and its users and folders. */
function copyBase(image: string): void {
  for (const name of ["tmp", "proc", "dev", "etc/doorward"])
    mkdirSync(join(image, name), { recursive: true });
  const files = execFileSync("dpkg", ["--listfiles", ...basePackages], { encoding: "utf8" });
  const libraries = files
    .split("\n")
    .filter((file) => /^\/(usr\/)?lib(64)?\/([^/]+\/)?l[^/]+\.so(\.[^/]+)?$/.test(file))
    .map((file) => file.slice(1));
  const packed = execFileSync("tar", ["--create", "--directory=/", ...libraries], { maxBuffer });
  execFileSync("tar", ["--extract", `--directory=${image}`], { input: packed });
  writeFileSync(join(image, "etc/passwd"), "root:x:0:0::/root:\nnonroot:x:65532:65532::/home:\n");
  writeFileSync(join(image, "etc/nsswitch.conf"), "hosts: files dns\n");
}
