import { createHmac, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Session } from "../session/session.ts";
import {
  rulesTaking,
  type Admission,
  type Admit,
  type Bringing,
} from "./authenticate-credentials.ts";
import { isWithin } from "../memory/time-span.ts";
import { isSignedToken, parseAuthorization, tokenOf, type Credentials } from "./authorization.ts";
import type { Tries } from "./failed-tries.ts";
import type { User, UserList, Users } from "./users.ts";

const knownForMs = 60_000;
const mostKnown = 10_000;
const mostAtOnce = 8;

type Password = Extract<Credentials, { scheme: "basic" }>;

interface Known {
  readonly users: UserList;
  readonly session: Session;
  readonly since: number;
}

/** Takes passwords of the file in `users` instead of sessions, on rules with `basic` alone. */
export function createPasswords(users: Users, tries: Tries, now: () => number): Admit {
  const key = randomBytes(32);
  const known = new LRUCache<string, Known>({ max: mostKnown });
  const checking = new Map<string, Promise<Admission>>();

  return (bringing, authorization) => {
    const credentials = passwordFor(bringing, authorization);
    if (credentials === undefined) return undefined;
    if (bringing.headers.isRepeated("authorization")) return rejected("Authorization is repeated");
    const list = users.current();
    if (list instanceof Promise) return list.then((late) => admission(late, bringing, credentials));
    return admission(list, bringing, credentials);
  };

  function admission(
    list: UserList,
    { given, peer }: Bringing,
    credentials: Password,
  ): Admission | Promise<Admission> {
    // Keyed, so that a dump of our memory is no list of quick hashes to guess from.
    const hmac = createHmac("sha256", key).update(JSON.stringify(Object.values(credentials)));
    const name = hmac.digest("base64");
    const found = known.get(name);
    if (found?.users === list && isWithin(now(), found.since, found.since + knownForMs))
      return { session: found.session };
    const pending = checking.get(name);
    if (pending !== undefined) return pending;
    const address = given.address ?? peer ?? "";
    if (checking.size >= mostAtOnce) return tooMany("too many passwords are being checked");
    if (!tries.begin(address)) return tooMany(`too many tries failed from ${address}`);
    const check = checkPassword(list, credentials).then((session): Admission => {
      if (session === undefined) return rejected("the name or the password is wrong");
      tries.forgive(address);
      known.set(name, { users: list, session, since: now() });
      return { session };
    });
    const settled = check.finally(() => checking.delete(name));
    checking.set(name, settled);
    return settled;
  }

  /** A name that nobody has costs what one costs that somebody has, so that time tells no names. */
  async function checkPassword(list: UserList, { user, password }: Password) {
    const found = list.get(user);
    const { check } = found ?? somebody(list, user) ?? {};
    const isRight = (await check?.(password)) === true;
    return isRight ? found?.session : undefined;
  }

  /** The same stand-in for a name each time, so that hashes of several kinds tell nothing either. */
  function somebody(list: UserList, name: string): User | undefined {
    const index = createHmac("sha256", key).update(name).digest().readUInt32BE() % (list.size || 1);
    return [...list.values()][index];
  }
}

/** The password that a request brings to rules that take one. A token in its place is left to `bearer`. */
function passwordFor(bringing: Bringing, authorization: string): Password | undefined {
  if (!bringing.rules.some(({ config }) => config.basic !== undefined)) return undefined;
  const credentials = parseAuthorization(authorization);
  if (credentials?.scheme !== "basic") return undefined;
  const taking = rulesTaking("basic", bringing, "users");
  if (taking.length === 0) return undefined;
  const isToken =
    isSignedToken(tokenOf(credentials)) && taking.every(({ config }) => config.bearer);
  return isToken ? undefined : credentials;
}

function rejected(reason: string): Admission {
  return { rejection: { code: "invalid_password", reason } };
}

function tooMany(reason: string): Admission {
  return { rejection: { code: "too_many_tries", reason } };
}
