import { isAlpha, readAlpha } from "./alpha-settings.ts";
import { readEnvironment } from "./env-settings.ts";
import { isCommandLine, readCommandLine } from "./formats/command-line.ts";
import { isCompose, readCompose } from "./formats/compose.ts";
import type { GivenFiles, Surroundings } from "./formats/given-files.ts";
import { isKubernetes } from "./formats/kubernetes-objects.ts";
import { readKubernetes } from "./formats/kubernetes.ts";
import { interpolate } from "./formats/interpolation.ts";
import { joinPrograms, type Programs, type Variable } from "./formats/program.ts";
import { isUnit } from "./formats/systemd-lines.ts";
import { readUnits } from "./formats/systemd.ts";
import { parseYamlFile, type ParsedYaml } from "./formats/yaml-parse.ts";
import { plainOf } from "./formats/yaml-tree.ts";
import { chartValuesIn } from "./helm-values.ts";
import { readHelm } from "./helm.ts";
import type { ImportFile, Reading } from "./setting.ts";
import { readToml } from "./toml-settings.ts";

/** A form that says how a program is started. All files of the form are read together. */
interface ProgramForm {
  readonly name: string;
  fits(file: ParsedYaml): boolean;
  readPrograms(files: readonly ParsedYaml[], context: FormContext): Programs;
}

/** What a form can need besides its own files. */
interface FormContext {
  readonly given: GivenFiles;
  readonly surroundings: Surroundings;
  /** All given files that are Kubernetes manifests. */
  readonly manifests: readonly ParsedYaml[];
}

/** A form that has options, and nothing about the program. */
interface OptionForm {
  readonly name: string;
  fits(file: ParsedYaml): boolean;
  readOptions(file: ParsedYaml): Reading;
}

export type Form = ProgramForm | OptionForm;

/** The form beside which oauth2-proxy ignores some variables. */
export const alphaForm: OptionForm = {
  name: "an alpha configuration (providers, upstreamConfig, …)",
  fits: ({ roots }) => roots[0]?.kind === "map" && isAlpha(Object.fromEntries(roots[0].entries)),
  readOptions: (file) => readAlphaFile(file, []),
};

/** The form of the file that `--config` names. */
export const tomlForm: OptionForm = {
  name: "a configuration file (name = value)",
  fits: ({ file }) =>
    /\.(cfg|toml|conf)$/i.test(file.name) || /^\s*[A-Za-z_][\w-]*\s*=/m.test(file.text),
  readOptions: ({ file }) => readToml(file),
};

/** The forms of oauth2-proxy's options. A file has the first one that fits its content. */
const forms: readonly Form[] = [
  {
    name: "a compose file (services)",
    fits: ({ roots }) => isCompose(roots[0]),
    readPrograms: (files, { given, surroundings }) => readCompose(files, given, surroundings),
  },
  {
    name: "Kubernetes manifests (kind)",
    fits: isManifest,
    readPrograms: (files, { given }) => readKubernetes(files, given),
  },
  {
    name: "Helm values of oauth2-proxy's chart (config, extraArgs, …)",
    fits: ({ roots }) => chartValuesIn(roots[0]).length > 0,
    readPrograms: (files, { given, manifests }) => readHelm(files, given, manifests),
  },
  alphaForm,
  {
    name: "a systemd unit ([Service])",
    fits: ({ file }) => isUnit(file.text),
    readPrograms: (files, { given }) =>
      readUnits(
        files.map(({ file }) => file),
        given,
      ),
  },
  {
    name: "a command line (oauth2-proxy --flag=value, docker run)",
    fits: ({ file }) => isCommandLine(file.text),
    readPrograms: (files, { given, surroundings }) =>
      joinPrograms(files.map(({ file }) => readCommandLine(file, given, surroundings))),
  },
  {
    name: "variables (OAUTH2_PROXY_…=value)",
    fits: ({ file }) => /^\s*(export\s+)?OAUTH2_PROXY_\w+=/m.test(file.text),
    readOptions: ({ file }) => readEnvironment(file),
  },
  tomlForm,
];

export const formNames = forms.map(({ name }) => name).join(", ");

export function formOf(file: ParsedYaml): Form | undefined {
  return forms.find((form) => form.fits(file));
}

export function isManifest({ roots }: ParsedYaml): boolean {
  return roots.some(isKubernetes);
}

/** The file of `--config` or `--alpha-config`, whatever its name. */
export function readConfigFile(
  option: string,
  file: ImportFile,
  environment: readonly Variable[],
): Reading {
  return option === "config" ? readToml(file) : readAlphaFile(parseYamlFile(file), environment);
}

/** oauth2-proxy resolves variables in the text of an alpha configuration, from its own environment. */
function readAlphaFile(written: ParsedYaml, environment: readonly Variable[]): Reading {
  const lookup = (name: string) => {
    const value = environment.findLast((one) => one.name === name)?.value;
    return typeof value === "string" ? value : undefined;
  };
  const { text } = interpolate(written.file.text, lookup);
  const { file, roots, problems } = parseYamlFile({ name: written.file.name, text });
  const [root, ...more] = roots;
  const value = root === undefined ? undefined : plainOf(root);
  const other = { place: file.name, message: "is not one alpha configuration (providers, …)" };
  if (!isAlpha(value) || more.length > 0)
    return { settings: [], notes: [], problems: [...problems, other] };
  const reading = readAlpha(file, value);
  return { ...reading, problems: [...problems, ...reading.problems] };
}
