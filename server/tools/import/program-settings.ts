import { ignoredVariables, settingOfVariable } from "./env-settings.ts";
import { settingsOfFlags } from "./flag-settings.ts";
import type { Program, Variable, Word } from "./formats/program.ts";
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
  const isHidden = environment.some(isHiddenId);
  const variables = environment.flatMap((variable) =>
    settingOfVariable(
      variable.name,
      isHiddenId(variable) ? idPlaceholder : variable.value,
      variable.place,
    ),
  );
  return {
    settings: [...variables, ...flags.settings],
    problems: [...problems, ...flags.problems],
    notes: [
      ...remarks,
      ...(isHidden ? [hiddenIdNote] : []),
      ...ignoredVariables(environment.map(({ name }) => name)),
    ],
  };
}

const idVariable = "OAUTH2_PROXY_CLIENT_ID";
const idPlaceholder = "change-me-to-the-client-id";

/** A client ID gives no access, so one in a Secret is left to the operator. */
function isHiddenId({ name, value }: Variable): boolean {
  return name === idVariable && typeof value === "object" && value.isInSecret === true;
}

const hiddenIdNote = {
  kind: "to do",
  subject: idVariable,
  message: `is in a Secret that was not given: write it into the printed file instead of ${idPlaceholder}`,
} as const;

function withoutProgram(words: readonly Word[]): readonly Word[] {
  return programWord.test(words[0]?.text ?? "") ? words.slice(1) : words;
}
