import { Writable } from "node:stream";
import { listSessions } from "../../server/cli/list-sessions.ts";
import { revoke } from "../../server/cli/revoke.ts";
import { AuthError } from "../../server/errors.ts";
import type { Config } from "../../server/config/schema.ts";

/** Again while the store responds more slowly than a command waits, as on a busy machine. */
async function steadily<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      const isSlow = error instanceof AuthError && error.code === "store_unreachable";
      if (!isSlow || attempt === 20) throw error;
    }
}

type Options = Partial<Parameters<typeof listSessions>[1]>;

/** What `sessions list` writes with these options. */
export async function listed(config: Config, options: Options = {}): Promise<string> {
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const given = { subject: undefined, provider: undefined, json: false, ...options };
  await steadily(async () => {
    text = "";
    await listSessions(config, given, output);
  });
  return text;
}

/** The objects that `sessions list --json` writes. */
export async function listedObjects(
  config: Config,
  options: Options = {},
): Promise<Record<string, unknown>[]> {
  const lines = (await listed(config, { ...options, json: true })).split("\n");
  return lines.filter(Boolean).map((line): Record<string, unknown> => JSON.parse(line));
}

/** `sessions revoke --id`. */
export function revokeById(config: Config, id: string): Promise<string[]> {
  return steadily(() =>
    revoke(config, { all: false, subject: undefined, provider: undefined, id }),
  );
}
