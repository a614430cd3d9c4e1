import type { Plugin } from "rolldown";

/**
 * Writes other characters as escapes. One of them makes V8 keep the whole text of a chunk with two bytes for each
 * character. No name in the code has one, so all of them are in strings, templates and regular expressions.
 */
export function onlyAscii(): Plugin {
  return {
    name: "only-ascii",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === "chunk") chunk.code = chunk.code.replaceAll(/[\u0080-\uffff]/g, escaped);
    },
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
