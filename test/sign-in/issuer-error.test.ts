import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from "openid-client";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../providers/api.ts";
import { AuthError } from "../../server/errors.ts";
import { discoveryError, exchangeError, saidOfRefusal } from "../../server/sign-in/issuer-error.ts";

/** A refusal as openid-client reports it (RFC 6749 §5.2). */
function refusal(error: string, status = 400, description?: string): ResponseBodyError {
  const response = new Response(null, { status });
  const cause = { error, ...(description && { error_description: description }) };
  return new ResponseBodyError("the issuer refused", { cause, response });
}

function failed(code: string): ClientError {
  return new ClientError("a check failed", { cause: undefined, code } as never);
}

const network = (code: string, cause?: unknown) =>
  Object.assign(new Error("no connection", { cause }), { code });
const fetchFailed = new TypeError("fetch failed", { cause: network("ECONNREFUSED") });
const timeout = new DOMException("too late", "TimeoutError");
const challenge = new WWWAuthenticateChallengeError("challenge", {
  cause: [],
  response: new Response(null, { status: 401 }),
});

describe("a failed request to an issuer", () => {
  it.each<[string, unknown, string]>([
    ["a refused grant", refusal("invalid_grant"), "response_rejected"],
    ["a refused client", refusal("invalid_client", 401), "client_rejected"],
    ["any other refusal", refusal("unauthorized_client"), "client_rejected"],
    ["a refusal with a server's status", refusal("server_error", 500), "issuer_broken"],
    ["a refusal with the last status of a client", refusal("x", 499), "client_rejected"],
    ["a challenge", challenge, "client_rejected"],
    ["an API's response", new ApiError("no", 404), "issuer_broken"],
    [
      "an API that is down",
      new ApiError("no", undefined, { cause: fetchFailed }),
      "issuer_unreachable",
    ],
    ["an API without JSON", new ApiError("no"), "issuer_broken"],
    ["a claim that differs", failed("OAUTH_JWT_CLAIM_COMPARISON_FAILED"), "response_rejected"],
    ["a token that expired", failed("OAUTH_JWT_TIMESTAMP_CHECK_FAILED"), "response_rejected"],
    ["a key that is missing", failed("OAUTH_KEY_SELECTION_FAILED"), "response_rejected"],
    ["a response that is invalid", failed("OAUTH_INVALID_RESPONSE"), "response_rejected"],
    ["an algorithm", failed("OAUTH_UNSUPPORTED_OPERATION"), "response_rejected"],
    ["a member", failed("OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED"), "response_rejected"],
    ["another check of openid-client", failed("OAUTH_PARSE_ERROR"), "issuer_broken"],
    ["a timeout of openid-client", failed("OAUTH_TIMEOUT"), "issuer_unreachable"],
    ["a refused connection", fetchFailed, "issuer_unreachable"],
    ["an error of the network", network("ENOTFOUND"), "issuer_unreachable"],
    ["an error of undici", network("UND_ERR_SOCKET"), "issuer_unreachable"],
    [
      "an error of the network as a cause",
      new Error("x", { cause: network("ECONNRESET") }),
      "issuer_unreachable",
    ],
    ["a timeout", timeout, "issuer_unreachable"],
    ["a timeout as a cause", new Error("x", { cause: timeout }), "issuer_unreachable"],
    ["an error of ours", new TypeError("undefined is not a function"), "issuer_broken"],
    ["an error with another code", network("ERR_INVALID_URL"), "issuer_broken"],
    ["an error with a number", network("42"), "issuer_broken"],
    ["a text", "ECONNREFUSED", "issuer_broken"],
  ])("by %s is %s", (_, error, code) => {
    const coded = exchangeError(error, "the exchange failed");

    expect([coded.code, coded.message, coded.cause]).toEqual([code, "the exchange failed", error]);
  });

  it("keeps the code of our own error, which openid-client wraps", () => {
    const own = new AuthError("store_unreachable", "the store is down");

    expect(exchangeError(own, "x")).toBe(own);
    expect(
      exchangeError(new Error("outer", { cause: new Error("inner", { cause: own }) }), "x"),
    ).toBe(own);
  });
});

describe("a failed discovery", () => {
  it.each<[unknown, string]>([
    [fetchFailed, "issuer_unreachable"],
    [new Error("the metadata's issuer is another"), "issuer_broken"],
    [refusal("x", 503), "issuer_broken"],
  ])("%#", (error, code) => {
    const coded = discoveryError(error, "https://id.example.com");

    expect([coded.code, coded.message, coded.cause]).toEqual([
      code,
      "discovery at https://id.example.com failed",
      error,
    ]);
  });
});

describe("what an issuer says of its refusal", () => {
  it("is its code and its description", () => {
    const described = refusal("invalid_scope", 400, "no such scope");

    expect(saidOfRefusal(described)).toBe("invalid_scope no such scope");
    expect(saidOfRefusal(new Error("outer", { cause: described }))).toBe(
      "invalid_scope no such scope",
    );
    expect(saidOfRefusal(refusal("invalid_scope"))).toBe("invalid_scope");
  });

  it("is cut at 300 characters", () => {
    expect(saidOfRefusal(refusal("x", 400, "d".repeat(400)))).toHaveLength(300);
  });

  it("is nothing for any other error", () => {
    expect(saidOfRefusal(fetchFailed)).toBeUndefined();
    expect(saidOfRefusal("refused")).toBeUndefined();
  });
});
