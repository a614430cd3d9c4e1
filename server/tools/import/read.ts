import { chooseProgram, noServices, type Wanted } from "./chosen-program.ts";
import { withoutContradictions } from "./contradictions.ts";
import {
  alphaForm,
  formNames,
  formOf,
  isManifest,
  readConfigFile,
  tomlForm,
  type Form,
} from "./forms.ts";
import { GivenFiles, type Problem, type Surroundings } from "./formats/given-files.ts";
import { joinPrograms, type Program, type Programs } from "./formats/program.ts";
import { parseYamlFile, type ParsedYaml } from "./formats/yaml-parse.ts";
import { isOAuth2Proxy, settingsOfProgram } from "./program-settings.ts";
import { referencedFiles } from "./referenced-files.ts";
import { withoutAlphaOptions } from "./alpha-environment.ts";
import { emptyReading, joinReadings, type ImportFile, type Reading } from "./setting.ts";

/** All options, and the texts of files that options name, by their paths. */
interface ReadFiles extends Reading {
  readonly texts: ReadonlyMap<string, string>;
}

interface FormedFile {
  readonly parsed: ParsedYaml;
  readonly form: Form | undefined;
}

const wanted: Wanted = {
  tool: "oauth2-proxy",
  signs: "an image or a command of that name, or a variable OAUTH2_PROXY_…",
  isOne: isOAuth2Proxy,
};

/** Reads files in all forms of oauth2-proxy's options. Files that others name are read as those say. */
export function readOAuth2Proxy(
  files: readonly ImportFile[],
  surroundings: Surroundings,
): ReadFiles {
  const given = new GivenFiles(files);
  const all = files.map(withForm);
  const started = readStarted(all, given, surroundings);
  const { named, plain, configs, texts } = readOptions([...all, ...started.files], started, given);
  const isAlpha =
    named.configs.some(({ option }) => option === "alpha_config") ||
    all.some(({ parsed, form }) => form === alphaForm && !given.isTaken(parsed.file));
  const kept = isAlpha
    ? withoutAlphaOptions(named.settings)
    : { settings: named.settings, notes: [] };
  const own = withoutContradictions([...kept.settings, ...configs.settings]);
  const other = named.configs.some(({ option }) => option === "config")
    ? all.filter(({ parsed, form }) => form === tomlForm && !given.isTaken(parsed.file))
    : [];
  return {
    settings: own.settings,
    problems: [
      ...[started, plain, named, own, configs].flatMap(({ problems }) => problems),
      ...other.map(({ parsed }) => ({ place: parsed.file.name, message: unnamedFile })),
    ],
    notes: [started, plain, configs, kept].flatMap(({ notes }) => notes),
    texts,
  };
}

const unnamedFile =
  "is not the configuration file that --config names, and oauth2-proxy reads one: remove it from the command line";

function withForm(file: ImportFile): FormedFile {
  const parsed = parseYamlFile(file);
  return { parsed, form: formOf(parsed) };
}

/** The options of the chosen program. */
interface Started extends Reading {
  readonly program: Program | undefined;
  /** Texts inside the files that are files of options themselves. */
  readonly files: readonly FormedFile[];
}

function readStarted(
  all: readonly FormedFile[],
  given: GivenFiles,
  surroundings: Surroundings,
): Started {
  const read = readPrograms(all, given, surroundings);
  const isAlone = read.programs.length === 0;
  const programs = isAlone ? (read.alone?.programs ?? []) : read.programs;
  const files = isAlone ? (read.alone?.files ?? []).map(withForm) : [];
  const isOptional = files.length > 0 && !programs.some(isOAuth2Proxy);
  const choice = isOptional ? undefined : choose(all, programs, surroundings);
  const program = choice !== undefined && "program" in choice ? choice.program : undefined;
  const { settings, problems, notes } =
    program === undefined ? emptyReading : settingsOfProgram(program);
  const fault = choice !== undefined && "problem" in choice ? [choice.problem] : [];
  // The reason why the only program was not recognized.
  if (program === undefined && programs.length === 1) fault.push(...(programs[0]?.problems ?? []));
  return { program, files, settings, notes, problems: [...read.problems, ...fault, ...problems] };
}

/** The options of the program, of the files that no option names, and of those that one names. */
function readOptions(files: readonly FormedFile[], started: Started, given: GivenFiles) {
  const { program, settings } = started;
  const read = () => {
    const free = files.filter(({ parsed }) => !given.isTaken(parsed.file));
    const plain = joinReadings(free.map(readPlain));
    const named = referencedFiles([...settings, ...plain.settings], given, program);
    const configs = joinReadings(
      named.configs.map(({ option, file }) =>
        readConfigFile(option, file, program?.environment ?? []),
      ),
    );
    const { texts } = referencedFiles(configs.settings, given, program);
    return { plain, named, configs, texts: new Map([...named.texts, ...texts]) };
  };
  // The first time marks the files that options name: only the others are read on their own.
  read();
  return read();
}

function readPrograms(
  files: readonly FormedFile[],
  given: GivenFiles,
  surroundings: Surroundings,
): Programs {
  const forms = new Set(files.flatMap(({ form }) => form ?? []));
  const all = [...forms].flatMap((form) => {
    const own = files.filter((file) => file.form === form).map(({ parsed }) => parsed);
    const manifests = files.map(({ parsed }) => parsed).filter(isManifest);
    return "readPrograms" in form
      ? [form.readPrograms(own, { given, surroundings, manifests })]
      : [];
  });
  return joinPrograms(all);
}

function choose(
  files: readonly FormedFile[],
  programs: readonly Program[],
  { service }: Surroundings,
) {
  const owner = files.find(({ form }) => form !== undefined && "readPrograms" in form);
  if (owner !== undefined) return chooseProgram(programs, wanted, service, owner.parsed.file.name);
  return service === undefined ? undefined : noServices(files[0]?.parsed.file.name ?? "");
}

/** A file that no other file names. */
function readPlain({ parsed, form }: FormedFile): Reading {
  const { file, problems } = parsed;
  if (form !== undefined) return "readOptions" in form ? form.readOptions(parsed) : emptyReading;
  const [fault] = /\.(ya?ml|json)$/i.test(file.name) ? problems : [];
  const unknown: Problem = {
    place: file.name,
    message: `is in none of the forms that the import reads: ${formNames}`,
  };
  return { ...emptyReading, problems: [fault ?? unknown] };
}
