import { chooseProgram, noServices, type Wanted } from "./chosen-program.ts";
import { isCompose, readCompose } from "./formats/compose.ts";
import { GivenFiles, type Problem, type Surroundings } from "./formats/given-files.ts";
import { isMarked, valueOf } from "./formats/interpolation.ts";
import type { Program, Variable, Word } from "./formats/program.ts";
import { readVariables } from "./formats/variables.ts";
import { parseYamlFile, type ParsedYaml } from "./formats/yaml-parse.ts";
import { readIni, unquoted } from "./ini-settings.ts";
import { referencedFiles } from "./referenced-files.ts";
import { withoutContradictions } from "./contradictions.ts";
import { joinReadings, type ImportFile, type Reading, type Setting } from "./setting.ts";

const wanted: Wanted = {
  tool: "traefik-forward-auth",
  signs: "an image of that name or a variable PROVIDERS_…",
  isOne: ({ image, environment }) =>
    /forward-auth/.test(image) || environment.some(({ name }) => name.startsWith("PROVIDERS_")),
};

/** Options of traefik-forward-auth in all its forms: ini, the older `name value`, variables, flags, a compose file. */
export function readTraefikForwardAuth(
  files: readonly ImportFile[],
  surroundings: Surroundings,
): Reading {
  const given = new GivenFiles(files);
  const yaml = files.filter(({ name }) => /\.ya?ml$/i.test(name)).map(parseYamlFile);
  const compose = yaml.filter(({ roots, problems }) => problems.length > 0 || isCompose(roots[0]));
  const { programs, problems } = readCompose(compose, given, surroundings);
  const choice = choose(files, yaml, programs, surroundings);
  const program = choice !== undefined && "program" in choice ? choice.program : undefined;
  const started = program === undefined ? [] : [settingsOfProgram(program)];
  const named = referencedFiles(joinReadings(started).settings, given, program);
  const others = files.filter((file) => !given.isTaken(file) && !/\.ya?ml$/i.test(file.name));
  const { settings, problems: faults, notes } = joinReadings([...started, ...others.map(readFile)]);
  const own = withoutContradictions(settings);
  const all = referencedFiles(own.settings, given, program);
  const configs = joinReadings(named.configs.map(({ file }) => readFile(file)));
  const fault = choice !== undefined && "problem" in choice ? [choice.problem] : [];
  return {
    notes: [...notes, ...configs.notes],
    settings: [...all.settings, ...configs.settings],
    problems: [problems, fault, faults, own.problems, all.problems, configs.problems].flat(),
  };
}

function choose(
  files: readonly ImportFile[],
  yaml: readonly ParsedYaml[],
  programs: readonly Program[],
  { service }: Surroundings,
) {
  const [first] = yaml;
  if (first !== undefined) return chooseProgram(programs, wanted, service, first.file.name);
  return service === undefined ? undefined : noServices(files[0]?.name ?? "");
}

function readFile(file: ImportFile): Reading {
  return /^\s*(export\s+)?[A-Z][A-Z0-9_]*=/m.test(file.text)
    ? readEnvironment(file)
    : readIni(file);
}

function readEnvironment(file: ImportFile): Reading {
  const { variables, problems } = readVariables(file);
  const own = ofVariables(
    variables.map(({ variable, value, place }) => ({ name: variable, value, place })),
  );
  return { problems, ...own };
}

function settingsOfProgram({ environment, words, source, problems }: Program): Reading {
  const flags = ofFlags(words, source);
  const variables = ofVariables(environment);
  return {
    notes: variables.notes,
    problems: [...problems, ...flags.problems],
    settings: [...variables.settings, ...flags.settings],
  };
}

/**
 * Variables of the system, of the image and of Go, which are options of no version. Another one may restrict access in a
 * fork of traefik-forward-auth, so it stops the import.
 */
const foreign =
  /^(TZ|PATH|HOME|HOSTNAME|USER|LANG|LC_\w+|PUID|PGID|UMASK|GO(DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK)|SSL_CERT_(FILE|DIR)|((HTTPS?|NO)_PROXY))$/i;

function ofVariables(
  variables: readonly Pick<Variable, "name" | "value" | "place">[],
): Pick<Reading, "settings" | "notes"> {
  const own = variables.filter(({ name }) => !foreign.test(name));
  const others = variables.filter(({ name }) => foreign.test(name));
  const message = "is not an option of traefik-forward-auth: set it for doorward if it needs it";
  return {
    settings: own.map(({ name, value, place }) => ofVariable(name, value, place)),
    notes: others.map(({ name }) => ({ kind: "left out", subject: name, message })),
  };
}

/** `PROVIDERS_GENERIC_OAUTH_AUTH_URL` is `providers.generic-oauth.auth-url`. Rules have no variables. */
function ofVariable(variable: string, value: unknown, place: string): Setting {
  const [, provider, rest] = /^PROVIDERS_(GOOGLE|OIDC|GENERIC_OAUTH)_(\w+)$/.exec(variable) ?? [];
  const name =
    provider === undefined || rest === undefined
      ? dashed(variable)
      : `providers.${dashed(provider)}.${dashed(rest)}`;
  return { name, spelt: variable, value, place, rank: 1 };
}

/** Flags without a value. */
const switches = new Set(["insecure-cookie", "match-whitelist-or-domain"]);

/** `--name=value` and `--name value`. */
function ofFlags(words: readonly Word[], source: string): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  const own = /(^|\/)traefik-forward-auth$/.test(words[0]?.text ?? "") ? words.slice(1) : words;
  for (let index = 0; index < own.length; index++) {
    const { text, place } = own[index] ?? { text: "", place: "" };
    const [, name, , inline] = /^--?([a-z][\w.-]*)(=(.*))?$/s.exec(text) ?? [];
    const value = inline ?? (switches.has(name ?? "") ? "true" : name && own[++index]?.text);
    if (name === undefined || value === undefined)
      problems.push({ place, message: wordFault(text) });
    else {
      const plain = isMarked(value) ? valueOf(value, source) : unquoted(value);
      settings.push({ name, spelt: `--${name}`, value: plain, place, rank: 2 });
    }
  }
  return { settings, problems, notes: [] };
}

function wordFault(text: string): string {
  return text.startsWith("-")
    ? `${text}: has no value: write ${text}=VALUE`
    : "has a word in the command that is not a flag of traefik-forward-auth: write each option as --name=value";
}

function dashed(text: string): string {
  return text.toLowerCase().replaceAll("_", "-");
}
