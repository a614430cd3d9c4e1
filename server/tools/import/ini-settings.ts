import { parseYAML } from "confbox";
import { isCompose, servicesOf } from "./compose-settings.ts";
import { readVariables } from "./env-settings.ts";
import { placeOf, type ImportFile, type Problem, type Reading, type Setting } from "./setting.ts";

/** Options of traefik-forward-auth in all its formats: ini, the older `name value`, variables, flags. */
export function readTraefikForwardAuth(file: ImportFile): Reading {
  if (/\.ya?ml$/i.test(file.name)) return readCompose(file);
  const isVariables = /^\s*(export\s+)?[A-Z][A-Z0-9_]*=/m.test(file.text);
  return isVariables ? readEnvironment(file) : readIni(file);
}

function readIni({ name, text }: ImportFile): Reading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const place = `${name}:${index + 1}`;
    const [, key, value] = /^\s*([\w.-]+)\s*(?:[=:]|\s)\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined)
      problems.push({ place, message: "is not of the form name = value" });
    else settings.push({ name: key, spelt: key, value: unquoted(value), place, rank: 0 });
  }
  return { settings, problems };
}

function readEnvironment(file: ImportFile): Reading {
  const { variables, problems } = readVariables(file);
  return {
    problems,
    settings: variables.map(({ variable, value, place }) => ofVariable(variable, value, place)),
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

function readCompose(file: ImportFile): Reading {
  let value: unknown;
  try {
    value = parseYAML(file.text);
  } catch {
    return { settings: [], problems: [{ place: file.name, message: "is not valid YAML" }] };
  }
  const own = (isCompose(value) ? servicesOf(value) : []).filter(({ image, environment }) => {
    return (
      /forward-auth/.test(image) || environment.some(([name]) => name.startsWith("PROVIDERS_"))
    );
  });
  const [service, ...more] = own;
  if (service === undefined || more.length > 0) {
    const message = `contains ${own.length} traefik-forward-auth services (by image or PROVIDERS_… variables): keep exactly one`;
    return { settings: [], problems: [{ place: file.name, message }] };
  }
  return {
    problems: [],
    settings: [
      ...service.environment.map(([name, given]) => ofVariable(name, given, placeOf(file, name))),
      ...ofFlags(file, service.command),
    ],
  };
}

function ofFlags(file: ImportFile, words: readonly string[]): Setting[] {
  return words.flatMap((word) => {
    const [, name, , value = "true"] = /^--?([a-z][\w.-]*)(=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) return [];
    return [
      { name, spelt: `--${name}`, value: unquoted(value), place: placeOf(file, name), rank: 2 },
    ];
  });
}

function unquoted(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1]?.replace(/\\(["\\])/g, "$1") ?? value;
}

function dashed(text: string): string {
  return text.toLowerCase().replaceAll("_", "-");
}
