/** Shell variables and the words of one npm or npx command. */
interface NpmCommand {
  readonly variables: readonly string[];
  readonly words: readonly string[];
}

/** The commands of a text of which every one is npm's, or undefined. `npm install` asks a registry, so it is none of them. */
export function npmCommandsIn(text: string): NpmCommand[] | undefined {
  const lines = text
    .split(/\n|&&/)
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
  const commands = lines.map((line) => {
    const [, variables = "", words = ""] =
      /^((?:[A-Z_]+=\S+ )*)(np[mx] (?!install\b)[^|;<>&]*)$/.exec(line) ?? [];
    return {
      variables: Array.from(variables.matchAll(/([A-Z_]+)=/g), ([, name = ""]) => name),
      words: words.split(/\s+/),
    };
  });
  const isAllNpm = commands.length > 0 && commands.every(({ words }) => words.length > 1);
  return isAllNpm ? commands : undefined;
}
