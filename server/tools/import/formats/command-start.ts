import { dockerRun, isDocker, type Start } from "./docker-run.ts";
import type { ImportFile } from "./given-files.ts";
import type { Program, Word } from "./program.ts";

/** The program that a command starts, itself or in a container. Flags alone are those of oauth2-proxy. */
export function startedBy(words: readonly Word[], start: Start): Program {
  const { environment, owner, given, source } = start;
  const place = words[0]?.place ?? owner;
  const common = { name: owner, place, source, remarks: [] };
  if (isDocker(words)) return { ...common, ...dockerRun(words, start) };
  const fileAt = (path: string): ImportFile | undefined => given.take(path, owner);
  const image = words[0]?.text.startsWith("-") === true ? "oauth2-proxy" : "";
  return { ...common, image, environment, words, problems: [], fileAt };
}
