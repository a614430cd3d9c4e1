import { openChangingFiles, type ChangingFiles } from "../config/changing-files.ts";
import { ConfigError, type Fault } from "../config/faults.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import { Session } from "../session/session.ts";
import { isWithin } from "../memory/cached.ts";
import { parsePasswordHash, type PasswordHash } from "./password-hash.ts";

export interface User {
  readonly session: Session;
  readonly hash: PasswordHash;
  /** Of the file, counted from 1. */
  readonly line: number;
}

/** The users of a file, by name. A changed file gives a new map. */
export type UserList = ReadonlyMap<string, User>;

export interface Users {
  /** The file's users, at most a second old. */
  current(): UserList | Promise<UserList>;
}

const recheckMs = 1_000;

/**
 * Opens a file of names and hashes. Throws a `ConfigError` that lists every invalid line. If the file becomes invalid
 * later, the previous contents stay in use, so that an editing mistake locks no user out.
 */
export function openUsers(file: string, log: Log, now: () => number): Users {
  const files = openFile(file, log);
  let users = files.first;
  let checkedAt = now();
  let checking: Promise<UserList> | undefined;

  return {
    current() {
      if (checking !== undefined) return checking;
      if (isWithin(now(), checkedAt, checkedAt + recheckMs)) return users;
      checkedAt = now();
      checking = readAgain().finally(() => {
        checking = undefined;
      });
      return checking;
    },
  };

  async function readAgain(): Promise<UserList> {
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

/** The format of htpasswd: one `name:hash` per line. */
export function parseUsers(file: string, text: string): UserList {
  const users = new Map<string, User>();
  const faults: Fault[] = [];
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    if (written.trim() === "" || written.startsWith("#")) continue;
    const [name = "", ...rest] = written.split(":");
    const hash = parsePasswordHash(rest.join(":").trim());
    const fault =
      name === "" || rest.length === 0
        ? "is not name:hash: write the output of htpasswd -nB NAME"
        : undefined;
    const repeated = users.has(name)
      ? "has the same name as an earlier line: keep one of them"
      : undefined;
    const line = index + 1;
    const message = fault ?? repeated ?? ("fault" in hash ? hash.fault : undefined);
    if (message !== undefined) faults.push({ path: `line ${line}`, message });
    else if (!("fault" in hash)) users.set(name, { hash, line, session: sessionOf(name) });
  }
  if (faults.length > 0) throw new ConfigError(file, faults);
  return users;
}

/** Only a name, without email or groups: rules allow such a user by `subjects` or `provider: users`. */
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
  const times = { createdAt: 0, expiresAt };
  return new Session({ identity, accessToken: undefined, idToken: undefined, ...times });
}
