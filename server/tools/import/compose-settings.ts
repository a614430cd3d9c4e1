import { parseYAML } from "confbox";
import { isObject } from "../../config/shape.ts";
import { settingOfVariable } from "./env-settings.ts";
import { settingsOfFlags } from "./flag-settings.ts";
import { placeOf, type ImportFile, type Problem, type Reading, type Setting } from "./setting.ts";

/** A service of a compose file: its `environment`, a map or a list, and the flags of its `command`. */
interface ComposeService {
  readonly name: string;
  readonly image: string;
  readonly environment: readonly (readonly [variable: string, value: unknown])[];
  readonly command: readonly string[];
  readonly hasEnvironmentFile: boolean;
}

/** Whether parsed YAML is a compose file. */
export function isCompose(value: unknown): value is { services: Record<string, unknown> } {
  return isObject(value) && isObject(value.services);
}

export function servicesOf({ services }: { services: Record<string, unknown> }): ComposeService[] {
  return Object.entries(services).flatMap(([name, service]) => {
    if (!isObject(service)) return [];
    const { image, environment, command, entrypoint, env_file: file } = service;
    return [
      {
        name,
        image: typeof image === "string" ? image : "",
        environment: variablesOf(environment),
        command: [...wordsOf(entrypoint), ...wordsOf(command)],
        hasEnvironmentFile: file !== undefined,
      },
    ];
  });
}

function variablesOf(written: unknown): [string, unknown][] {
  if (isObject(written))
    return Object.entries(written).map(([name, value]) => [name, plain(value)]);
  const lines = Array.isArray(written) ? written : [];
  return lines.map((line: unknown) => {
    const [name = "", ...rest] = String(line).split("=");
    return [name, rest.length === 0 ? null : plain(rest.join("="))];
  });
}

function wordsOf(written: unknown): string[] {
  const words: unknown[] = Array.isArray(written)
    ? written
    : [
        ...String(written ?? "").matchAll(/"([^"]*)"|'([^']*)'|((?:[^\s"']|"[^"]*"|'[^']*')+)/g),
      ].map(([, double, single, bare]) => double ?? single ?? bare?.replace(/["']/g, ""));
  return words.map(String);
}

/** Turns compose's `$$` into `$`. A value with a variable is marked, because only compose can resolve it. */
function plain(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return /(?<!\$)(?:\$\$)*\$(?:\{|[A-Za-z_])/.test(value)
    ? { filledIn: value }
    : value.replaceAll("$$", "$");
}

/** The options of the oauth2-proxy service in a compose file. */
export function readCompose(file: ImportFile): Reading {
  const value: unknown = parseYAML(file.text);
  const services = isCompose(value) ? servicesOf(value) : [];
  const own = services.filter(isOAuth2Proxy);
  if (own.length !== 1) return { settings: [], problems: [countFault(file, own)] };
  const settings = own.flatMap((service) => settingsOf(file, service));
  const problems: Problem[] = own
    .filter(({ hasEnvironmentFile }) => hasEnvironmentFile)
    .map(() => ({
      place: placeOf(file, "env_file"),
      message: "env_file: is a separate file: add it to the command line, and remove env_file here",
    }));
  return { settings, problems };
}

function countFault(file: ImportFile, own: readonly ComposeService[]): Problem {
  const message =
    own.length === 0
      ? "contains no oauth2-proxy service: no service has an image of that name or a variable OAUTH2_PROXY_…"
      : `contains several oauth2-proxy services (${own.map(({ name }) => name).join(", ")}): keep one`;
  return { place: file.name, message };
}

function isOAuth2Proxy({ image, environment, command }: ComposeService): boolean {
  return (
    /oauth2[-_]proxy/.test(image) ||
    command.some((word) => /oauth2[-_]proxy$/.test(word)) ||
    environment.some(([variable]) => variable.startsWith("OAUTH2_PROXY_"))
  );
}

function settingsOf(file: ImportFile, { environment, command }: ComposeService): Setting[] {
  return [
    ...environment.flatMap(([variable, value]) =>
      settingOfVariable(variable, value, placeOf(file, variable)),
    ),
    ...settingsOfFlags(command, { placeOf: (flag) => placeOf(file, flag), valueOf: plain }),
  ];
}
