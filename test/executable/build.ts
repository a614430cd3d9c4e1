import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../../docs/source-files.ts";

/** Makes dist/doorward, and has the tests run it instead of the source (test/peers/process.ts). */
export function setup(): void {
  const printed = execFileSync(process.execPath, ["build/build.ts"], { cwd: root });
  process.stdout.write(printed);
  process.env.DOORWARD_TEST_EXECUTABLE = join(root, "dist/doorward");
}
