import { notGiven, type GivenFiles, type Problem } from "./given-files.ts";
import { valueOf, type Lookup } from "./interpolation.ts";
import { lastOfEach, type Program, type Variable, type Word } from "./program.ts";
import { readRawVariables } from "./variables.ts";

/** What a command gets of what starts it. */
export interface Start {
  readonly environment: readonly Variable[];
  /** The file that has the command. */
  readonly owner: string;
  readonly given: GivenFiles;
  /** Where variables come from that are not set. */
  readonly source: string;
  /** Variables of what starts the command. */
  readonly lookup: Lookup;
}

const switches = new Set(
  "--detach --init --interactive --no-healthcheck --oom-kill-disable --privileged --publish-all --quiet --read-only --replace --rm --sig-proxy --tty".split(
    " ",
  ),
);

const withValue = new Set(
  `--add-host --annotation --attach --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile --cpu-shares --cpus --device
  --dns --dns-search --domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd
  --health-interval --health-retries --health-start-period --health-timeout --hostname --ip --ip6 --ipc --isolation
  --label --label-file --link --log-driver --log-opt --mac-address --memory --memory-swap --mount --name --net
  --net-alias --network --network-alias --oom-score-adj --pid --pids-limit --platform --pod --publish --pull --restart
  --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit --user
  --userns --uts --volume --volume-driver --workdir`.split(/\s+/),
);

const long: Readonly<Record<string, string>> = {
  a: "--attach",
  c: "--cpu-shares",
  d: "--detach",
  e: "--env",
  h: "--hostname",
  i: "--interactive",
  l: "--label",
  m: "--memory",
  p: "--publish",
  P: "--publish-all",
  q: "--quiet",
  t: "--tty",
  u: "--user",
  v: "--volume",
  w: "--workdir",
};

export function isDocker(words: readonly Word[]): boolean {
  return /(^|\/)(docker|podman|nerdctl)$/.test(words[0]?.text ?? "");
}

interface Option {
  readonly name: string;
  readonly value: string;
  readonly place: string;
}

/** The container of `docker run [options] IMAGE [words]`. */
export function dockerRun(
  words: readonly Word[],
  start: Start,
): Pick<Program, "image" | "environment" | "words" | "problems" | "fileAt"> {
  const problems: Problem[] = [];
  const subcommand =
    words.slice(1).findIndex(({ text }) => text === "run" || text === "create") + 2;
  if (
    !/^(container )?(run|create)$/.test(
      words
        .slice(1, subcommand)
        .map(({ text }) => text)
        .join(" "),
    )
  )
    problems.push({
      place: words[0]?.place ?? "",
      message: "is not of the form docker run [options] IMAGE [flags]",
    });
  const { options, rest } = optionsIn(words.slice(subcommand), problems);
  const [image, ...own] = rest;
  const entrypoint = options.filter(({ name }) => name === "--entrypoint");
  const mounts = options.flatMap(mountOf);
  return {
    image: image?.text ?? "",
    environment: environmentOf(options, start, problems),
    words: [...entrypoint.map(({ value, place }) => ({ text: value, place })), ...own],
    problems,
    fileAt(path) {
      const mount = mounts.findLast(
        ({ target }) => path === target || path.startsWith(`${target}/`),
      );
      const source =
        mount === undefined ? path : `${mount.source}${path.slice(mount.target.length)}`;
      return start.given.take(source, start.owner);
    },
  };
}

/** The options in front of the image, and the words from the image on. */
function optionsIn(words: readonly Word[], problems: Problem[]) {
  const options: Option[] = [];
  let index = 0;
  for (; words[index]?.text.startsWith("-") === true; index++) {
    const { text, place } = words[index] ?? { text: "", place: "" };
    const { name, value } = splitOption(text);
    if (switches.has(name)) options.push({ name, value: value ?? "true", place });
    else if (withValue.has(name))
      options.push({ name, value: value ?? words[++index]?.text ?? "", place });
    else
      problems.push({
        place,
        message: `${text.split("=", 1)[0]}: is not an option of docker run that the import knows: remove it`,
      });
  }
  return { options, rest: words.slice(index) };
}

/** `--env=A=b`, `-eA=b`, `-dit`: the last short option of a word can have a value. */
function splitOption(text: string): { name: string; value: string | undefined } {
  if (text.startsWith("--")) {
    const [, name = text, value] = /^(--[\w-]+)(?:=(.*))?$/s.exec(text) ?? [];
    return { name, value };
  }
  const letters = Array.from(text.slice(1));
  const at = letters.findIndex((letter) => !switches.has(long[letter] ?? ""));
  if (at === -1) return { name: long[letters[0] ?? ""] ?? text, value: undefined };
  const rest = letters.slice(at + 1).join("");
  return {
    name: long[letters[at] ?? ""] ?? text,
    value: rest === "" ? undefined : rest.replace(/^=/, ""),
  };
}

/** `--env`, which overrides `--env-file`. */
function environmentOf(options: readonly Option[], start: Start, problems: Problem[]): Variable[] {
  const files = options
    .filter(({ name }) => name === "--env-file")
    .flatMap(({ value, place }) => {
      const file = start.given.take(value, start.owner);
      if (file === undefined) problems.push({ place, message: `--env-file: ${notGiven(value)}` });
      const read = file === undefined ? undefined : readRawVariables(file);
      problems.push(...(read?.problems ?? []));
      return (read?.variables ?? []).map((line) => ({
        name: line.variable,
        value: line.value,
        place: line.place,
      }));
    });
  const written = options
    .filter(({ name }) => name === "--env")
    .map(({ value, place }) => {
      const [, name = "", text] = /^([^=]*)(?:=(.*))?$/s.exec(value) ?? [];
      const passed = start.lookup(name) ?? { filledIn: name, from: start.source };
      return { name, value: text === undefined ? passed : valueOf(text, start.source), place };
    });
  return lastOfEach([...files, ...written]);
}

/** `-v SOURCE:TARGET[:MODE]`, `--mount type=bind,source=…,target=…`. */
function mountOf({ name, value }: Option): { source: string; target: string }[] {
  const [, source, target] =
    name === "--volume"
      ? (/^([^:]+):([^:]+)(?::.*)?$/.exec(value) ?? [])
      : [
          "",
          /(?:^|,)(?:source|src)=([^,]+)/.exec(value)?.[1],
          /(?:^|,)(?:target|destination|dst)=([^,]+)/.exec(value)?.[1],
        ];
  const isMount = name === "--volume" || name === "--mount";
  return isMount && source !== undefined && target !== undefined ? [{ source, target }] : [];
}
