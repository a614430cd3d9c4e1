import { openChangingFiles, type ChangingFiles } from "../config/changing-files.ts";
import { ConfigError, type Fault } from "../config/faults.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { Session } from "../session/session.ts";
import { isWithin } from "../memory/cached.ts";
import { parsePasswordHash, type PasswordCheck } from "./password-hash.ts";

export interface User {
  readonly session: Session;
  readonly check: PasswordCheck;
}

/** The people of a file, by name. Another map is another state of the file. */
export type UserList = ReadonlyMap<string, User>;

export interface Users {
  /** As the file is now, or was a second ago. */
  current(): UserList | Promise<UserList>;
}

const lookAgainMs = 1_000;

/**
 * Opens a file of names and hashes. Throws a `ConfigError` that names every line that cannot be used; later on
 * such a file changes nothing, for a slip of an editor locks nobody out.
 */
export function openUsers(file: string, log: Log, now: () => number): Users {
  const files = openFile(file, log);
  let users = files.first;
  let lookedAt = now();
  let looking: Promise<UserList> | undefined;

  return {
    current() {
      if (looking !== undefined) return looking;
      if (isWithin(now(), lookedAt, lookedAt + lookAgainMs)) return users;
      lookedAt = now();
      looking = look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };

  async function look(): Promise<UserList> {
    users = await files.current();
    return users;
  }
}

function openFile(file: string, log: Log): ChangingFiles<UserList> {
  try {
    return openChangingFiles([file], (text) => parseUsers(file, text), log);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(file, [{ path: "users", message: reasonsOf(error) }]);
  }
}

/** The format of htpasswd: `name:hash` a line. */
export function parseUsers(file: string, text: string): UserList {
  const users = new Map<string, User>();
  const faults: Fault[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [name = "", ...rest] = line.split(":");
    const check = parsePasswordHash(rest.join(":").trim());
    const fault = name === "" || rest.length === 0 ? "is not name:hash" : undefined;
    const repeated = users.has(name) ? "names somebody for the second time" : undefined;
    const message = fault ?? repeated ?? ("fault" in check ? check.fault : undefined);
    if (message !== undefined) faults.push({ path: `line ${index + 1}`, message });
    else if (!("fault" in check)) users.set(name, { check, session: sessionOf(name) });
  }
  if (faults.length > 0) throw new ConfigError(file, faults);
  return users;
}

/** A name and nothing else: rules let such a user in by `subjects`, or by `provider: users`. */
function sessionOf(name: string): Session {
  const issuer = "urn:doorward:users";
  const identity = {
    issuer,
    subject: name,
    email: undefined,
    groups: [],
    name: undefined,
    preferredUsername: name,
    provider: "users",
    claims: { iss: issuer, sub: name },
  };
  const expiresAt = Number.MAX_SAFE_INTEGER;
  return new Session({ identity, accessToken: undefined, idToken: undefined, expiresAt });
}
