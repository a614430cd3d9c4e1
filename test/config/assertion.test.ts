import { describe, expect, it } from "vitest";
import { headersForApps } from "../../server/config/headers-for-apps.ts";
import { checkConfig } from "../../server/config/load.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { configOf, testSecret } from "../peers/doorward.ts";

const usual = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  secret: testSecret,
  providers: {
    company: { type: "oidc", issuer: "https://id.example.com", clientId: "a", clientSecret: "b" },
  },
  access: { anyone: true },
};

function faultsOf(raw: Record<string, unknown>): string {
  try {
    checkConfig("test", { ...usual, ...raw }, {});
  } catch (error) {
    return String(error);
  }
  return "";
}

describe("assertion", () => {
  it("is off by default, and has a header by default", () => {
    expect(configOf(usual).assertion).toBeUndefined();
    expect(configOf({ ...usual, assertion: {} }).assertion).toEqual({
      header: "X-Doorward-Assertion",
    });
  });

  it("is set by variables too, its key from a file", () => {
    const environment = { DOORWARD_ASSERTION_HEADER: "X-Proof", DOORWARD_ASSERTION_KEY: "/k.pem" };
    const { assertion } = checkConfig("test", usual, environment);

    expect(assertion).toEqual({ header: "X-Proof", key: "/k.pem" });
  });

  it.each([
    [{ header: "Two words" }, 'assertion.header: "Two words" is not a header name'],
    [{ header: "Cookie" }, 'assertion.header: "Cookie" is a header that visitors send'],
    [{ header: "authorization" }, "is a header that visitors send and doorward reads: use another"],
    [{ header: "Set-Cookie" }, 'assertion.header: "Set-Cookie" is a header that HTTP itself needs'],
    [{ header: "X-Forwarded-Host" }, "would overwrite the proxy's description of the request"],
    [
      { header: "x-auth-request-user" },
      "assertion.header: x-auth-request-user is also one of headers: use a name of its own",
    ],
    [{ key: "" }, "assertion.key: is empty"],
    [{ lifetime: "1h" }, "assertion.lifetime: is unknown"],
  ])("is refused as %j", (assertion, fault) => {
    expect(faultsOf({ assertion })).toContain(fault);
  });

  it("has another header than each of headers", () => {
    const headers = { "X-Doorward-Assertion": "email" };

    expect(faultsOf({ assertion: {}, headers })).toContain("assertion.header");
    expect(faultsOf({ assertion: { header: "X-Auth-Request-User" }, headers: {} })).toBe("");
  });

  it("is among the headers of the printed proxy files only if it is set", () => {
    const printed = (raw: object) =>
      [...proxyFiles(configOf({ ...usual, ...raw }), "nginx").files.values()].join("");

    expect(headersForApps(configOf(usual))).not.toContain("X-Doorward-Assertion");
    expect(printed({})).not.toMatch(/assertion/i);
    expect(printed({ assertion: {} })).toContain("$upstream_http_x_doorward_assertion");
    expect(() => printed({ assertion: { header: "X_Proof" } })).toThrow(
      "assertion.header: could be misread or dropped by a proxy",
    );
  });
});
