import { createHash, randomBytes } from "node:crypto";
import type { Asked, Member, Reply, StandIn } from "./provider-stand-in.ts";

export const client = { clientId: "door", clientSecret: "a secret of the door" };

/** The OAuth 2.0 part of a stand-in: the signed-in member, the grants, and the owners of tokens. */
export class Grants {
  registered = "";
  /** The client's registration was deleted, or its secret replaced. */
  isClientUnknown = false;
  /** The last response with tokens. */
  paid: unknown;
  readonly #standIn: StandIn;
  readonly #origin: string;
  readonly #members = new Map<string, Member>();
  readonly #codes = new Map<
    string,
    { readonly memberId: string; readonly query: URLSearchParams }
  >();
  /** The owners of access and refresh tokens. */
  readonly #owners = new Map<string, string>();
  #current: Member;

  constructor(standIn: StandIn, origin: string, member: Member) {
    this.#standIn = standIn;
    this.#origin = origin;
    this.#current = member;
    this.member = member;
  }

  get member(): Member {
    return this.#current;
  }

  set member(member: Member) {
    this.#current = member;
    this.#members.set(member.id, member);
  }

  ownerOf(authorization: string | undefined): Member | undefined {
    const [, token = ""] = /^Bearer (.+)$/.exec(authorization ?? "") ?? [];
    return this.#members.get(this.#owners.get(token) ?? "");
  }

  revoke(): void {
    this.#owners.clear();
  }

  /** RFC 6749 §4.1.1. A request that no provider would accept fails the test with 400. */
  consent(query: URLSearchParams): Reply {
    const { state } = Object.fromEntries(query);
    const isOurs =
      query.get("client_id") === client.clientId &&
      query.get("redirect_uri") === (this.#standIn.refusesRedirectUri ? null : this.registered);
    if (!isOurs || query.get("response_type") !== "code" || !state) {
      return { status: 400, body: { error: "invalid_request" } };
    }
    const code = random();
    this.#codes.set(code, { memberId: this.#current.id, query });
    const callback = new URL(this.registered);
    callback.searchParams.set("code", code);
    callback.searchParams.set("state", state);
    return { status: 302, headers: { Location: callback.href }, body: "" };
  }

  /** RFC 6749 §4.1.3 with RFC 7636 §4.6, and §6: a code is for one use, one redirect URI and one verifier. */
  redeem({ body, headers }: Asked): Reply {
    const form = new URLSearchParams(body);
    const { refuse = refusal, takesSecretIn, otherGrant } = this.#standIn;
    const other = otherGrant?.(form, this.#origin);
    if (other !== undefined) return other;
    const place = headers.authorization === undefined ? "body" : "header";
    if (takesSecretIn !== undefined && takesSecretIn !== place) return refuse("invalid_client");
    if (this.isClientUnknown || !isOurClient(form, headers.authorization)) {
      return refuse("invalid_client");
    }
    const code = form.get("code") ?? "";
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    const isProper =
      grant?.query.get("redirect_uri") === form.get("redirect_uri") &&
      this.#isTied(form.get("code_verifier"), grant?.query.get("code_challenge"));
    const refreshed = this.#owners.get(form.get("refresh_token") ?? "");
    this.#owners.delete(form.get("refresh_token") ?? "");
    const member = this.#members.get((isProper ? grant?.memberId : refreshed) ?? "");
    if (member === undefined) return refuse("invalid_grant");
    return this.#pay(member, grant?.query.get("nonce") ?? undefined);
  }

  #isTied(verifier: string | null, challenge: string | null | undefined): boolean {
    if (this.#standIn.refusesPkce) return verifier === null;
    return challenge === challengeOf(verifier ?? "");
  }

  #pay(member: Member, nonce: string | undefined): Reply {
    const tokens = { accessToken: random(), refreshToken: random() };
    for (const token of Object.values(tokens)) this.#owners.set(token, member.id);
    const { clientId } = client;
    const paid = this.#standIn.tokens({ ...tokens, member, nonce, origin: this.#origin, clientId });
    // Some providers issue a token of their own that contains claims.
    this.#owners.set(String(paid.access_token), member.id);
    this.paid = paid;
    return { body: paid };
  }
}

/** RFC 6749 §2.3.1, either form, or an assertion, which other tests verify (client-authentication.test.ts). */
function isOurClient(form: URLSearchParams, authorization: string | undefined): boolean {
  const { clientId, clientSecret } = client;
  const [, written = ""] = /^Basic (.+)$/.exec(authorization ?? "") ?? [];
  const pair = Buffer.from(written, "base64").toString().split(":");
  const [id, secret] = pair.map((part) => decodeURIComponent(part.replaceAll("+", " ")));
  if (authorization !== undefined) return id === clientId && secret === clientSecret;
  const isProven = form.get("client_secret") === clientSecret || form.has("client_assertion");
  return form.get("client_id") === clientId && isProven;
}

function refusal(error: string): Reply {
  return { status: error === "invalid_client" ? 401 : 400, body: { error } };
}

function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

function random(): string {
  return randomBytes(16).toString("hex");
}
