import { describe, expect, it } from "vitest";
import { checkConfig } from "../../server/config/load.ts";
import type { Config } from "../../server/config/schema.ts";
import { configOf, testSecret } from "../peers/doorward.ts";

const usual = {
  url: "https://auth.example.com",
  secret: testSecret,
  providers: {
    company: { type: "oidc", issuer: "https://id.example.com", clientId: "a", clientSecret: "b" },
  },
  access: { anyone: true },
};

function faultsOf(raw: Record<string, unknown>, environment: Record<string, string> = {}): string {
  try {
    checkConfig("test", { ...usual, ...raw }, environment);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "";
}

function listenOf(environment: Record<string, string>): Config["listen"] {
  return checkConfig("test", usual, environment).listen;
}

describe("listen and admin", () => {
  it.each(["127.0.0.1", "::1", "0.0.0.0", "::", "localhost", "doorward", "door-1.example.com"])(
    "take the host %s",
    (host) => {
      const { listen, admin } = configOf({
        ...usual,
        listen: { host },
        admin: { host, port: 1 + 1_024 },
      });

      expect([listen.host, admin?.host]).toEqual([host, host]);
    },
  );

  it.each([
    [{ host: "my_host" }, '.host: "my_host" is not a host name or address: write 127.0.0.1, ::1'],
    [{ host: "fe80::1%eth0" }, '.host: "fe80::1%eth0" has a zone'],
    [{ host: "[::1]" }, '.host: "[::1]" is in brackets: write ::1'],
    [{ host: "http://localhost" }, '.host: "http://localhost" is a URL'],
    [{ host: "localhost:4180" }, '.host: "localhost:4180" has a port in it'],
    [{ host: "" }, '.host: "" is empty: write 127.0.0.1'],
    [{ port: 6_000 }, ".port: 6000 is a port that browsers refuse to open"],
    [{ port: 10_080 }, ".port: 10080 is a port that browsers refuse to open"],
  ])("refuse %j before anything is bound", (setting, fault) => {
    const both = faultsOf({ listen: setting, admin: { port: 9_180, ...setting } });

    expect(both).toContain(`listen${fault}`);
    expect(both).toContain(`admin${fault}`);
  });

  it("name the variable of a port that browsers refuse", () => {
    expect(faultsOf({}, { DOORWARD_LISTEN_PORT: "6667" })).toContain(
      "DOORWARD_LISTEN_PORT (listen.port): 6667 is a port that browsers refuse to open",
    );
  });
});

describe("listen.https", () => {
  it.each([[true], [{ cert: "/tls/cert.pem", key: "/tls/key.pem" }], [false], [undefined]])(
    "takes %j",
    (https) => {
      expect(configOf({ ...usual, listen: { https } }).listen.https).toEqual(https);
    },
  );

  it.each([
    [{ DOORWARD_LISTEN_HTTPS: "true" }, true],
    [
      { DOORWARD_LISTEN_HTTPS_CERT: "/tls/cert.pem", DOORWARD_LISTEN_HTTPS_KEY: "/tls/key.pem" },
      { cert: "/tls/cert.pem", key: "/tls/key.pem" },
    ],
  ])("comes from the environment: %j", (environment, https) => {
    expect(listenOf(environment).https).toEqual(https);
  });

  it.each(["127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1", "localhost"])(
    "makes a self-signed certificate for %s",
    (host) => {
      expect(faultsOf({ listen: { host, https: true } })).toBe("");
    },
  );

  it.each(["0.0.0.0", "::", "192.0.2.1", "door.example.com"])(
    "makes no self-signed certificate for %s, which other machines reach",
    (host) => {
      expect(faultsOf({ listen: { host, https: true } })).toContain(
        `listen.https: true makes a self-signed certificate, which is for this machine only, and listen.host is "${host}": write { cert, key }, or listen on 127.0.0.1`,
      );
    },
  );

  it.each([
    [{ cert: "/tls/cert.pem" }, "listen.https.key: is missing"],
    [{ key: "/tls/key.pem" }, "listen.https.cert: is missing"],
    [{ cert: "c", key: "k", ca: "x" }, "listen.https.ca: is unknown"],
    ["yes", 'listen.https: "yes" is not true or false'],
  ])("refuses %j", (https, fault) => {
    expect(faultsOf({ listen: { https } })).toContain(fault);
  });

  it("never prints the key", () => {
    const key = ["a-secret-key"];

    expect(faultsOf({ listen: { https: { cert: "/tls/cert.pem", key } } })).toMatch(
      /listen\.https\.key: is not text$/m,
    );
  });
});
