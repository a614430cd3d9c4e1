import { settingOfVariable } from "./env-settings.ts";
import { settingsOfFlags } from "./flag-settings.ts";
import type { Program, Word } from "./formats/program.ts";
import type { Reading } from "./setting.ts";

const programWord = /(^|\/)oauth2[-_]proxy$/;

export function isOAuth2Proxy({ image, environment, words }: Program): boolean {
  return (
    /oauth2[-_]proxy/.test(image) ||
    words.some(({ text }) => programWord.test(text)) ||
    environment.some(({ name }) => name.startsWith("OAUTH2_PROXY_"))
  );
}

/** The options of an oauth2-proxy, however it is started. */
export function settingsOfProgram(program: Program): Reading {
  const { environment, source, problems, remarks } = program;
  const flags = settingsOfFlags(withoutProgram(program.words), source);
  const variables = environment.flatMap(({ name, value, place }) =>
    settingOfVariable(name, value, place),
  );
  return {
    settings: [...variables, ...flags.settings],
    problems: [...problems, ...flags.problems],
    notes: remarks,
  };
}

function withoutProgram(words: readonly Word[]): readonly Word[] {
  return programWord.test(words[0]?.text ?? "") ? words.slice(1) : words;
}
