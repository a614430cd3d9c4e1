import { openChangingFiles } from "../config/changing-files.ts";
import { ConfigError } from "../config/faults.ts";
import { readPem } from "../config/read-named-file.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import type { AssertionKeys } from "./assertion-keys.ts";
import { parseSigningKeys } from "./signing-key.ts";

const lookMs = 1_000;

type FileKeys = ReturnType<typeof parseSigningKeys>;

/** The keys of `assertion.key`: the first one signs, and all are published. Throws a `ConfigError`. */
export function readKeys(written: string): FileKeys {
  const found = readPem(written);
  try {
    if ("fault" in found) throw new Error(found.fault);
    return parseSigningKeys(found.text);
  } catch (error) {
    throw fault(written, reasonsOf(error));
  }
}

/** The same, read again whenever the file changes. A changed file without a usable key is logged and not used. */
export function openKeyFile(written: string, log: Log): AssertionKeys {
  let keys = readKeys(written);
  const files = isPem(written) ? undefined : openChangingFiles([written], parseSigningKeys, log);
  let looking: Promise<void> | undefined;
  const timer = files && setInterval(look, lookMs).unref();
  return {
    get signer() {
      return keys[0];
    },
    get published() {
      return keys.map(({ published }) => published);
    },
    async close() {
      clearInterval(timer);
      await looking;
    },
  };

  function look(): void {
    looking = readAgain();
  }

  async function readAgain(): Promise<void> {
    if (files !== undefined) keys = await files.current();
  }
}

function isPem(written: string): boolean {
  return written.includes("-----BEGIN");
}

/** The message may contain a file's path, and never what is in it. */
function fault(written: string, reason: string): ConfigError {
  const place = isPem(written) ? "" : `${written} `;
  return new ConfigError("the configuration", [
    { path: "assertion.key", message: `${place}${reason}` },
  ]);
}
