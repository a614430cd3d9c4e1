import { openChangingFiles, type ChangingFiles } from "../config/changing-files.ts";
import { ConfigError } from "../config/faults.ts";
import { fileFault, readPem } from "../config/read-named-file.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import type { AssertionKeys } from "./assertion-keys.ts";
import { parseSigningKeys, type PublicKey, type SigningKey } from "./signing-key.ts";

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

/** undefined = the setting is PEM. Throws a `ConfigError`. */
function openFile(written: string, log: Log): ChangingFiles<FileKeys> | undefined {
  if (isPem(written)) return undefined;
  try {
    return openChangingFiles([written], parseSigningKeys, log);
  } catch (error) {
    throw fault(written, fileFault(error));
  }
}

/** The same, read again whenever the file changes. A changed file without a usable key is logged and not used. */
export class KeyFile implements AssertionKeys {
  #keys: FileKeys;
  /** undefined = the setting is PEM. */
  readonly #files: ChangingFiles<FileKeys> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** Throws a `ConfigError`. */
  constructor(written: string, log: Log) {
    this.#files = openFile(written, log);
    this.#keys = this.#files?.first ?? readKeys(written);
  }

  get signer(): SigningKey {
    return this.#keys[0];
  }

  get published(): readonly PublicKey[] {
    return this.#keys.map(({ published }) => published);
  }

  /** Looks at the file every second, until it is closed. */
  watch(): this {
    if (this.#files !== undefined)
      this.#timer = setInterval(() => {
        this.#looking = this.#look();
      }, lookMs).unref();
    return this;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    this.#keys = (await this.#files?.current()) ?? this.#keys;
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
