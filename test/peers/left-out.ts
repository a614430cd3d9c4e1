import { without } from "./programs.ts";

/** Vitest's global setup: at the end, a run says which real programs it left out. */
export default function setup(): () => void {
  return () => {
    if (without.size > 0)
      process.stderr.write(`ran without: ${[...without].join(", ")} (DOORWARD_TEST_WITHOUT)\n`);
  };
}
