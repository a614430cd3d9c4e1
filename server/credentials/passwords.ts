import { createBoundedCache } from "../memory/bounded-cache.ts";
import type { Session } from "../session/session.ts";
import {
  rulesAccepting,
  type CredentialResult,
  type AuthenticateCredentials,
  type CredentialRequest,
} from "./authenticate-credentials.ts";
import { isWithin } from "../memory/cached.ts";
import { isSignedToken, parseAuthorization, tokenOf, type Credentials } from "./authorization.ts";
import type { FailedTries } from "./failed-tries.ts";
import type { CheckHash } from "./hash-pool.ts";
import type { Precedent, RightBefore, Try } from "./right-before.ts";
import type { User, UserList, Users } from "./users.ts";

const knownForMs = 60_000;
const mostKnown = 10_000;

/**
 * How many checks may be unfinished when another one begins, by what was right before. A guess takes at most the
 * places of its line, so the others stay free for those who were right, and the last eight for right credentials.
 */
const places: Readonly<Record<Precedent, number>> = {
  none: 4,
  network: 6,
  name: 8,
  credentials: 16,
};

type Password = Extract<Credentials, { scheme: "basic" }>;

interface Known {
  readonly users: UserList;
  readonly session: Session;
  readonly since: number;
}

interface Parts {
  readonly users: Users;
  readonly tries: FailedTries;
  readonly rightBefore: RightBefore;
  readonly checkHash: CheckHash;
  readonly now: () => number;
}

/**
 * Accepts passwords of the file in `users` instead of sessions, only on rules with `basic`. Credentials that were right
 * before are no guess: no limit of failed tries applies to them, so wrong tries of others lock no one out.
 */
export function createPasswords(parts: Parts): AuthenticateCredentials {
  const { users, tries, rightBefore, checkHash, now } = parts;
  const known = createBoundedCache<Known>(mostKnown);
  const checking = new Map<string, Promise<CredentialResult>>();

  return (request, authorization) => {
    const credentials = passwordFor(request, authorization);
    if (credentials === undefined) return undefined;
    if (request.headers.isRepeated("authorization"))
      return rejected("duplicate Authorization header");
    const list = users.current();
    if (list instanceof Promise)
      return list.then((loaded) => resultOf(loaded, request, credentials));
    return resultOf(list, request, credentials);
  };

  function resultOf(
    list: UserList,
    { limitedAddress: address = "" }: CredentialRequest,
    credentials: Password,
  ): CredentialResult | Promise<CredentialResult> {
    const name = rightBefore.credentialsOf(credentials.user, credentials.password);
    const found = known.get(name);
    if (found?.users === list && isWithin(now(), found.since, found.since + knownForMs))
      return { session: found.session };
    const pending = checking.get(name);
    if (pending !== undefined) return pending;
    const attempt = rightBefore.tryOf(name, credentials.user, address);
    const precedent = rightBefore.precedentOf(attempt);
    if (checking.size >= places[precedent]) return tooMany("too many password checks at once");
    const isGuess = precedent !== "credentials";
    if (isGuess && !tries.begin(attempt, precedent === "name"))
      return tooMany(`too many failed passwords from ${address}`);
    const result = check(list, credentials, attempt, precedent);
    const settled = result.finally(() => checking.delete(name));
    checking.set(name, settled);
    return settled;
  }

  async function check(
    list: UserList,
    credentials: Password,
    attempt: Try,
    precedent: Precedent,
  ): Promise<CredentialResult> {
    const session = await sessionFor(list, credentials);
    if (session === undefined) {
      rightBefore.forget(attempt);
      return rejected("wrong name or password");
    }
    if (precedent !== "credentials") tries.forgive(attempt, precedent === "name");
    if (session === "unknown") return tooMany("the password could not be checked");
    rightBefore.add(attempt);
    known.set(attempt.credentials, { users: list, session, since: now() });
    return { session };
  }

  /** An unknown name takes as long as a known one, so that response times do not reveal names. */
  async function sessionFor(
    list: UserList,
    { user, password }: Password,
  ): Promise<Session | "unknown" | undefined> {
    const found = list.get(user);
    const { hash } = found ?? standInFor(list, user) ?? {};
    if (hash === undefined) return undefined;
    const isRight = await checkHash({ password, hash });
    if (isRight === undefined) return "unknown";
    return isRight ? found?.session : undefined;
  }

  /** Always the same user for a name: with hashes of several kinds, a changing one would reveal an unknown name. */
  function standInFor(list: UserList, name: string): User | undefined {
    const index = rightBefore.digest("stand-in", name).readUInt32BE() % (list.size || 1);
    return [...list.values()][index];
  }
}

/** The password of a request, if its rules accept one. A token in its place is left to `bearer`. */
function passwordFor(request: CredentialRequest, authorization: string): Password | undefined {
  if (!request.rules.some(({ config }) => config.basic !== undefined)) return undefined;
  const credentials = parseAuthorization(authorization);
  if (credentials?.scheme !== "basic") return undefined;
  const accepting = rulesAccepting("basic", request, "users");
  if (accepting.length === 0) return undefined;
  const isToken =
    isSignedToken(tokenOf(credentials)) && accepting.every(({ config }) => config.bearer);
  return isToken ? undefined : credentials;
}

function rejected(reason: string): CredentialResult {
  return { rejection: { code: "invalid_password", reason } };
}

function tooMany(reason: string): CredentialResult {
  return { rejection: { code: "too_many_tries", reason } };
}
