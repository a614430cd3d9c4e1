import type { SubCommandsDef } from "citty";

// citty reads this when it loads, and writes colours into pipes and files otherwise.
if (!process.stdout.isTTY || !process.stderr.isTTY || process.env.NO_COLOR)
  process.env.NO_COLOR = "1";

const others: SubCommandsDef = {
  demo: async () => (await import("../demo/demo.ts")).demo,
  licenses: async () => (await import("./licenses-command.ts")).licenses,
};

void import("../server/cli/cli.ts").then(({ runCli }) => runCli(others));
