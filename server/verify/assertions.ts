import type { AppContext } from "../context.ts";
import type { AssertionKeys } from "../assertion/assertion-keys.ts";
import { lifetimeMs, signIdentity } from "../assertion/claims.ts";
import type { SigningKey } from "../assertion/signing-key.ts";
import { AuthError } from "../errors.ts";
import type { HttpResponse } from "../http/response.ts";
import { isWithin } from "../memory/cached.ts";
import { copyString } from "../memory/recent-cache.ts";
import type { VisitorLog } from "../observe/visitor-log.ts";
import { mostHeaderBytes } from "../policy/identity-headers.ts";
import type { Session } from "../session/session.ts";
import type { Pass } from "./pass-memo.ts";
import type { VerifyContext } from "./verify-context.ts";

/**
 * How long a signed response is used, so that an assertion is valid for at least half of its lifetime when an app gets it.
 * A second less, because `exp` has no fractions of one.
 */
const stepMs = lifetimeMs / 2 - 1_000;
/** The visitor may choose the host, below a cookie's domain. */
const mostHosts = 8;

interface Signed {
  readonly scheme: string;
  readonly host: string;
  readonly key: SigningKey;
  readonly since: number;
  readonly response: HttpResponse;
}

interface Parts {
  readonly header: string;
  readonly keys: AssertionKeys;
  readonly named: ReadonlySet<string>;
  readonly log: VisitorLog;
  readonly now: () => number;
}

/**
 * The responses with an assertion, signed once per pass, host and step. They are in two generations, and each is dropped
 * within two steps: a hundred thousand sessions may be in memory, and few of them are in use.
 */
class Assertions {
  readonly #parts: Parts;
  #young = new WeakMap<Pass, readonly Signed[]>();
  #old = new WeakMap<Pass, readonly Signed[]>();
  #since = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether there is a key. Without one, no request with an identity may pass. */
  get isReady(): boolean {
    return this.#parts.keys.signer !== undefined;
  }

  /** The response of a pass with the assertion for this app. */
  responseFor(pass: Pass, session: Session, context: VerifyContext): HttpResponse {
    const { keys, now } = this.#parts;
    const key = keys.signer;
    const time = now();
    const { scheme, host } = context.request;
    const signed = this.#young.get(pass) ?? this.#old.get(pass);
    if (signed !== undefined)
      for (const one of signed)
        if (one.host === host && one.scheme === scheme && one.key === key && isFresh(one, time))
          return one.response;
    if (key === undefined) throw new Error("no key for assertions");
    const response = this.#sign(key, pass, session, context, time);
    const kept = signed?.filter((one) => one.key === key && isFresh(one, time)) ?? [];
    const added = { scheme, host: copyString(host), key, since: time, response };
    this.#rotate(time);
    this.#young.set(pass, [added, ...kept.slice(0, mostHosts - 1)]);
    return response;
  }

  #sign(
    key: SigningKey,
    pass: Pass,
    { record: { identity } }: Session,
    { site, request: { scheme, host } }: VerifyContext,
    now: number,
  ): HttpResponse {
    const { header, named, log } = this.#parts;
    const { signInSite: issuer = site } = site;
    const iss = issuer.url.origin + issuer.base;
    const aud = `${scheme}://${host}`;
    const mostBytes = mostHeaderBytes - pass.response.head.length - header.length;
    const { assertion, omitted } = signIdentity(key, identity, { iss, aud, now, mostBytes, named });
    if (omitted !== undefined)
      log.warn(
        { header, subject: identity.subject, omitted },
        assertion === "" ? "assertion empty; apps refuse the request" : "assertion shortened",
      );
    return pass.response.with(header, assertion);
  }

  #rotate(time: number): void {
    if (isWithin(time, this.#since, this.#since + stepMs)) return;
    this.#since = time;
    this.#old = this.#young;
    this.#young = new WeakMap();
  }
}

/** undefined = apps get no assertions. */
export function createAssertions(
  { config, assertionKeys: keys, visitorLog: log, now }: AppContext,
  named: ReadonlySet<string>,
): Assertions | undefined {
  const { assertion } = config;
  if (assertion === undefined) return undefined;
  if (keys === undefined) throw new Error("assertions are configured, and their keys are not open");
  return new Assertions({ header: assertion.header, keys, named, log, now });
}

/** The failure of a request with an identity while there is no key. */
export function noKey(): AuthError {
  return new AuthError("store_unreachable", "there is no key to sign the assertion with yet");
}

/** False after the clock was set back too: the assertion would be from the future. */
function isFresh({ since }: Signed, time: number): boolean {
  return isWithin(time, since, since + stepMs);
}
