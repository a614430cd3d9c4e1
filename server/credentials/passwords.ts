import { createHmac, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
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

/** Accepts passwords of the file in `users` instead of sessions, only on rules with `basic`. */
export function createPasswords(
  users: Users,
  tries: FailedTries,
  now: () => number,
): AuthenticateCredentials {
  const key = randomBytes(32);
  const known = new LRUCache<string, Known>({ max: mostKnown });
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
    { facts, peer }: CredentialRequest,
    credentials: Password,
  ): CredentialResult | Promise<CredentialResult> {
    // Keyed, so that a memory dump contains no fast hashes of passwords.
    const hmac = createHmac("sha256", key).update(JSON.stringify(Object.values(credentials)));
    const name = hmac.digest("base64");
    const found = known.get(name);
    if (found?.users === list && isWithin(now(), found.since, found.since + knownForMs))
      return { session: found.session };
    const pending = checking.get(name);
    if (pending !== undefined) return pending;
    const address = facts.address ?? peer ?? "";
    if (checking.size >= mostAtOnce) return tooMany("too many password checks at once");
    if (!tries.begin(address)) return tooMany(`too many failed passwords from ${address}`);
    const check = checkPassword(list, credentials).then((session): CredentialResult => {
      if (session === undefined) return rejected("wrong name or password");
      tries.forgive(address);
      known.set(name, { users: list, session, since: now() });
      return { session };
    });
    const settled = check.finally(() => checking.delete(name));
    checking.set(name, settled);
    return settled;
  }

  /** An unknown name takes as long as a known one, so that response times do not reveal names. */
  async function checkPassword(list: UserList, { user, password }: Password) {
    const found = list.get(user);
    const { check } = found ?? standInFor(list, user) ?? {};
    const isRight = (await check?.(password)) === true;
    return isRight ? found?.session : undefined;
  }

  /** Always the same user for a name: with hashes of several kinds, a changing one would reveal an unknown name. */
  function standInFor(list: UserList, name: string): User | undefined {
    const index = createHmac("sha256", key).update(name).digest().readUInt32BE() % (list.size || 1);
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
