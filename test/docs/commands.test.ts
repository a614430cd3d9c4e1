import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, trackedFiles } from "../../docs/source-files.ts";
import { runDoorward } from "../peers/process.ts";

/** Only the executable has it. */
const ofExecutable = "licenses";

/** Other programs have arguments of this name: a Secret, a release, a container, a unit. */
const others = /\b(kubectl|helm|docker|systemctl|systemd-analyze|journalctl) /;

/** What documents write after `doorward`: in blocks for a shell, and between backticks. */
const written = trackedFiles()
  .filter((file) => file.endsWith(".md") && file !== "CHANGELOG.md")
  .flatMap((file) => commandsIn(readFileSync(join(root, file), "utf8")));

function commandsIn(page: string): string[] {
  const shells = Array.from(
    page.matchAll(/```(?:sh|console)\n(.*?)```/gs),
    ([, text = ""]) => text,
  );
  const inline = Array.from(page.matchAll(/`([^`\n]+)`/g), ([, code = ""]) => code);
  return [shells.join("\n").split("\n"), inline]
    .flat()
    .filter((line) => !others.test(line))
    .flatMap((line) => /(?:^|[\s$(])doorward (?:-- )?([a-z]+\b.*)/.exec(line)?.[1] ?? []);
}

interface Written {
  readonly command: string;
  readonly options: readonly string[];
}

function parse(line: string): Written {
  const [own = ""] = line.split(/ #| > | && | \| |; /);
  const words = own.trim().split(/\s+/);
  const isNested = words[0] === "sessions";
  return {
    command: words.slice(0, isNested ? 2 : 1).join(" "),
    options: words.flatMap((word) => /^\[?(--[a-z]+)/.exec(word)?.[1] ?? []),
  };
}

it("every command that a document writes exists, with its options", async () => {
  const found = written.map(parse).filter(({ command }) => command !== ofExecutable);
  const commands = [...new Set(found.map(({ command }) => command))];

  const wrong: Written[] = [];
  for (const command of commands) {
    const { code, stdout } = await runDoorward([...command.split(" "), "--help"]);
    const isKnown = code === 0 && new RegExp(`^USAGE (doorward )?${command} `, "m").test(stdout);
    for (const one of found.filter((each) => each.command === command))
      if (!isKnown || !one.options.every((option) => stdout.includes(option))) wrong.push(one);
  }

  expect(commands.length).toBeGreaterThan(7);
  expect(wrong).toEqual([]);
});
