import type { ServerMetadata } from "openid-client";
import { describe, expect, it } from "vitest";
import {
  checkMetadata,
  signInNeeds,
  tokenNeeds,
  withEndpoints,
} from "../../server/sign-in/metadata.ts";
import { usualPlace } from "../../server/sign-in/tenants.ts";

const issuer = "https://id.example.com";

function faultOf(changes: Partial<ServerMetadata>, of = issuer, needs = signInNeeds): string {
  const metadata = {
    issuer: of,
    authorization_endpoint: `${of}/authorize`,
    token_endpoint: `${of}/token`,
    jwks_uri: `${of}/keys`,
    ...changes,
  };
  try {
    checkMetadata(usualPlace(of), metadata, needs, {});
    return "none";
  } catch (error) {
    return String(error);
  }
}

const loopback = [
  "localhost",
  "LOCALHOST",
  "localhost.",
  "id.localhost",
  "id.localhost.",
  "127.0.0.1",
  "127.0.0.1.",
  "127.255.255.254",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "１２７.0.0.1",
  "%31%32%37.0.0.1",
  "0",
  "0.0.0.0",
  "0x0",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::]",
  "[0::0]",
  "[::ffff:127.0.0.1]",
  "[::FFFF:7f12:3456]",
  "[0:0:0:0:0:ffff:7f00:1]",
  "[::ffff:0.0.0.0]",
];

const linkLocal = [
  "169.254.169.254",
  "169.254.169.254.",
  "169.254.0.0",
  "169.254.255.255",
  "169.254.43518",
  "2852039166",
  "0xA9FEA9FE",
  "0xa9.0xfe.0xa9.0xfe",
  "0251.0376.0251.0376",
  "１６９.254.169.254",
  "[fe80::1]",
  "[FE80:0::a9fe:a9fe]",
  "[febf:ffff::1]",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]",
  "[0:0:0:0:0:ffff:a9fe:a9fe]",
];

const elsewhere = [
  "id.example.com",
  "localhost.example.com",
  "notlocalhost",
  "126.255.255.255",
  "128.0.0.1",
  "10.0.0.1",
  "169.253.255.255",
  "169.255.0.0",
  "[::2]",
  "[fec0::1]",
  "[fe7f::1]",
  "[fd00::1]",
  "[::ffff:10.0.0.1]",
];

describe("an endpoint in the metadata of an issuer elsewhere", () => {
  it.each(loopback)("may not be on this machine: %s", (host) => {
    expect(faultOf({ token_endpoint: `https://${host}:8443/t` })).toContain("this machine");
    expect(faultOf({ token_endpoint: `http://${host}/t` })).toContain("this machine");
  });

  it.each(linkLocal)("may not be on a link-local address: %s", (host) => {
    expect(faultOf({ token_endpoint: `https://${host}:8443/t` })).toContain("a link-local address");
    expect(faultOf({ token_endpoint: `http://${host}/t` })).toContain("a link-local address");
  });

  it.each(elsewhere)("may be on any other host: %s", (host) => {
    expect(faultOf({ token_endpoint: `https://${host}/t` })).toBe("none");
  });
});

const endpoints = [
  ["authorization_endpoint", "authorization"],
  ["token_endpoint", "token"],
  ["jwks_uri", "jwks"],
  ["userinfo_endpoint", "userinfo"],
  ["introspection_endpoint", "introspection"],
  ["revocation_endpoint", "revocation"],
  ["pushed_authorization_request_endpoint", "pushedAuthorization"],
] as const;

const places = [
  ["https://127.0.0.1/x", "this machine"],
  ["https://169.254.169.254/x", "a link-local address, as cloud metadata services have"],
] as const;

describe.each(places)("the refusal of %s", (address, place) => {
  it.each(endpoints)("applies to %s and names the setting that overrides it", (name, key) => {
    expect(faultOf({ [name]: address })).toBe(
      `Error: the issuer's ${name} "${address}" points to ${place}, but the issuer does not: ` +
        `if this is intended, set the provider's \`endpoints.${key}\` to it`,
    );
  });

  it.each([...endpoints.map(([name]) => name), "device_authorization_endpoint"])(
    "applies to the mutual TLS alias of %s",
    (name) => {
      expect(faultOf({ mtls_endpoint_aliases: { [name]: address } })).toContain(
        `the issuer's mtls_endpoint_aliases.${name} "${address}" points to ${place}`,
      );
    },
  );

  it.each(["jwks_uri", "introspection_endpoint"])(
    "applies to the %s of an issuer whose tokens alone are accepted",
    (name) => {
      expect(faultOf({ [name]: address }, issuer, tokenNeeds)).toContain(`points to ${place}`);
    },
  );

  it.each(endpoints)("does not apply to a %s that the operator configured", (name, key) => {
    const found: ServerMetadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      mtls_endpoint_aliases: { [name]: address },
    };
    const configured = { [key]: address };

    const metadata = withEndpoints(found, configured);

    expect(metadata[name]).toBe(address);
    expect(() =>
      checkMetadata(usualPlace(issuer), metadata, signInNeeds, configured),
    ).not.toThrow();
  });

  it("does not apply to the end_session_endpoint, which only browsers request", () => {
    expect(faultOf({ end_session_endpoint: address })).toBe("none");
  });
});

describe("the end_session_endpoint", () => {
  it.each([
    `${issuer}/end`,
    `${issuer}/end?tenant=1`,
    "https://other.example.com/end",
    "http://localhost:8080/end",
    "http://127.0.0.1/end",
  ])("may be %s", (address) => {
    expect(faultOf({ end_session_endpoint: address })).toBe("none");
  });

  it.each([
    "http://id.example.com/end",
    "http://192.0.2.1/end",
    "http://169.254.169.254/end",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "/end",
    "",
    "https://user:pass@id.example.com/end",
    7 as never,
    null as never,
  ])("is refused as %j, where a browser would go", (address) => {
    expect(faultOf({ end_session_endpoint: address })).toMatch(
      /the issuer's end_session_endpoint .* (is not|uses|contains)/,
    );
  });

  it("does not matter where tokens alone are accepted, or if the operator configured another", () => {
    const bad = { end_session_endpoint: "http://id.example.com/end" };
    const good = { endSession: `${issuer}/end` };
    const found = { issuer, authorization_endpoint: issuer, token_endpoint: issuer, ...bad };

    expect(faultOf(bad, issuer, tokenNeeds)).toBe("none");
    expect(() =>
      checkMetadata(
        usualPlace(issuer),
        withEndpoints({ ...found, jwks_uri: issuer }, good),
        signInNeeds,
        good,
      ),
    ).not.toThrow();
  });
});

describe("an issuer on a local address", () => {
  it.each(["http://127.0.0.1:8080", "http://id.localhost:8080", "https://[::ffff:127.0.0.1]"])(
    "may have its endpoints on this machine: %s",
    (local) => {
      for (const [name] of endpoints) {
        expect(faultOf({ [name]: "http://localhost:8081/x" }, local)).toBe("none");
        expect(faultOf({ [name]: "https://[::1]/x" }, local)).toBe("none");
      }
      expect(faultOf({ jwks_uri: "https://169.254.169.254/x" }, local)).toContain("link-local");
    },
  );

  it.each(["https://169.254.1.1", "https://[fe80::1]"])(
    "may have its endpoints on link-local addresses: %s",
    (local) => {
      for (const [name] of endpoints) {
        expect(faultOf({ [name]: "https://169.254.1.2/x" }, local)).toBe("none");
      }
      expect(faultOf({ jwks_uri: "https://127.0.0.1/x" }, local)).toContain("this machine");
    },
  );
});
