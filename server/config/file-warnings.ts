import { readFileSync } from "node:fs";
import type * as v from "valibot";
import { namedFiles } from "./environment.ts";
import { fileText } from "./file-text.ts";
import { schema, type Config } from "./schema.ts";
import { isObject, shapeOf } from "./shape.ts";

interface FileWarning {
  readonly file: string;
  /** The setting or the variable that names the file. */
  readonly setting: string;
  readonly message: string;
}

type Named = Pick<FileWarning, "file" | "setting"> & { readonly isOneValue?: boolean };

/** Warnings about the files of secrets, tokens, keys and passwords that a valid configuration names. */
export function fileWarnings(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): FileWarning[] {
  const named: Named[] = [
    ...namedFiles(schema, config, environment),
    ...pathsIn(schema, config, []),
    ...pemFiles(config),
  ];
  return named.flatMap(({ file, setting, isOneValue = false }) =>
    messagesFor(file, isOneValue).map((message) => ({ file, setting, message })),
  );
}

function messagesFor(file: string, isOneValue: boolean): string[] {
  let found: ReturnType<typeof fileText>;
  try {
    found = fileText(readFileSync(file));
  } catch {
    return []; // an error where the file is used
  }
  const { text, leftOut } = found;
  const isBlock = /^(-----BEGIN|\s*[[{])/.test(text);
  return [
    leftOut === undefined ? [] : `has ${leftOut}, which doorward leaves out: remove it`,
    isOneValue && /^\s/.test(text) ? "begins with white space, which is part of the value" : [],
    isOneValue && !isBlock && /[\r\n]/.test(text.trimStart())
      ? "has several lines, which are one value together: leave one line"
      : [],
  ].flat();
}

/** The paths in settings such as `clientKeyFile`. */
function pathsIn(at: v.GenericSchema, value: unknown, path: readonly string[]): Named[] {
  const shape = shapeOf(at, value);
  if (shape.kind === "leaf" && shape.type === "path" && typeof value === "string")
    return [{ file: value, setting: path.join(".") }];
  if (!isObject(value) || shape.kind === "leaf" || shape.kind === "list") return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const below = shape.kind === "record" ? shape.value : shape.entries[name];
    return below === undefined ? [] : pathsIn(below, child, [...path, name]);
  });
}

/** The settings that hold PEM or the path of its file. */
function pemFiles({ listen: { https }, storage: { tls }, assertion }: Config): Named[] {
  const groups = {
    "listen.https": https,
    "storage.tls": tls,
    assertion: { key: assertion?.key },
  };
  return Object.entries(groups).flatMap(([group, pems]) =>
    Object.entries(isObject(pems) ? pems : {}).flatMap(([name, written]) =>
      typeof written !== "string" || written.includes("-----BEGIN")
        ? []
        : [{ file: written, setting: `${group}.${name}` }],
    ),
  );
}
