import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { wordsOf, type Stage } from "../peers/dockerfile.ts";
import type { BuiltImage } from "./built-image.ts";

/** What `docker run --read-only --volume VOLUME:… --volume CONFIG:/etc/doorward:ro` gets. */
export interface Mounts {
  readonly volume: string;
  readonly config: string;
}

/** The mounts are only in the process's own namespace, and end with it. */
const enter = `
image=$1 volume=$2 config=$3 data=$4 uid=$5 gid=$6; shift 6
mount --bind -o ro "$image" "$image"
mount --bind "$volume" "$image$data"
mount --bind -o ro "$config" "$image/etc/doorward"
mount --rbind /proc "$image/proc"
mount --rbind /dev "$image/dev"
exec unshare --root="$image" --wd=/ --setgid="$gid" --setuid="$uid" -- "$@"
`;

function environmentOf(stage: Stage): Record<string, string> {
  const variables = wordsOf(stage, "ENV").map((word) => word.split("="));
  return Object.fromEntries(variables.map(([name = "", ...value]) => [name, value.join("=")]));
}

/** Starts a command as the image's user, with a read-only root file system. */
function startInside(
  { folder, stage }: BuiltImage,
  { volume, config }: Mounts,
  command: readonly string[],
): ChildProcessByStdio<null, Readable, Readable> {
  const [user = ""] = wordsOf(stage, "USER");
  const [data = ""] = wordsOf(stage, "VOLUME");
  const given = [folder, volume, config, data, ...user.split(":")];
  return spawn("unshare", ["--mount", "sh", "-ec", enter, "sh", ...given, ...command], {
    env: { PATH: process.env.PATH, ...environmentOf(stage) },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the image's HEALTHCHECK. */
export async function checkHealth(image: BuiltImage, mounts: Mounts) {
  const child = startInside(image, mounts, wordsOf(image.stage, "HEALTHCHECK"));
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, stderr };
}

/** Starts the image's ENTRYPOINT with its CMD, and waits until doorward listens. */
export async function startContainer(image: BuiltImage, mounts: Mounts) {
  const command = [...wordsOf(image.stage, "ENTRYPOINT"), ...wordsOf(image.stage, "CMD")];
  const child = startInside(image, mounts, command);
  const lines: string[] = [];
  const exit = Promise.all([text(child.stderr), once(child, "exit")]).then(([stderr, [code]]) => ({
    code,
    stderr,
  }));
  const listens = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (line.includes('"msg":"listening"')) resolve();
    });
  });
  const ended = exit.then(({ stderr }) => Promise.reject(new Error(`doorward exited: ${stderr}`)));
  await Promise.race([listens, ended]);
  ended.catch(() => undefined);
  return {
    lines,
    pid: child.pid ?? 0,
    stop() {
      child.kill("SIGTERM");
      return exit;
    },
  };
}
