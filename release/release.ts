import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkRepository, versionTags } from "./repository.ts";
import { checkVersions } from "./versions.ts";

/** Checks a release. It changes nothing: without `--dry`, it prints the commands that begin the release. */
const { values } = parseArgs({ options: { dry: { type: "boolean", default: false } } });
const root = join(import.meta.dirname, "..");
const { version, faults: inFiles } = checkVersions(root);
const faults = [...inFiles, ...checkRepository(root, version)];

if (faults.length > 0) {
  const lines = faults.map(({ place, message }) => `${place}: ${message}\n`);
  process.stderr.write(`${lines.join("")}not ready for a release: ${faults.length} to change\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`ready for the release of ${version}\n`);
  if (!values.dry) process.stdout.write(commands(version));
}

/** `.github/workflows/release.yml` does the rest when the tag arrives. */
function commands(of: string): string {
  const tag = `v${of}`;
  const push = `git push origin ${tag}\n`;
  if (versionTags(root).includes(tag)) return push;
  return `git tag --annotate ${tag} --message "doorward ${of}"\n${push}`;
}
