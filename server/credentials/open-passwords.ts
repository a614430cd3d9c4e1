import type { Log } from "../observe/log.ts";
import type { AuthenticateCredentials } from "./authenticate-credentials.ts";
import type { FailedTries } from "./failed-tries.ts";
import { createHashPool } from "./hash-pool.ts";
import { createPasswords } from "./passwords.ts";
import type { RightBefore } from "./right-before.ts";
import { openUsers } from "./users.ts";

/** The password users of a configuration. */
interface Passwords {
  readonly authenticate: AuthenticateCredentials;
  close(): Promise<void>;
}

/** What earlier checks of passwords leave behind, also after a reload. */
interface EarlierChecks {
  readonly tries: FailedTries;
  readonly rightBefore: RightBefore;
}

export type OpenPasswords = (earlier: EarlierChecks) => Passwords;

/** Reads the file of users at once. Throws a `ConfigError` that lists every invalid line. */
export function preparePasswords(
  file: string,
  { log, now }: { readonly log: Log; readonly now: () => number },
): OpenPasswords {
  const users = openUsers(file, log, now);
  return (earlier) => {
    const { check: checkHash, close } = createHashPool(log);
    return { authenticate: createPasswords({ users, ...earlier, checkHash, now }), close };
  };
}
