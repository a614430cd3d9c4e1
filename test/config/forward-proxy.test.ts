import { describe, expect, it } from "vitest";
import { createForwardProxyOf } from "../../server/config/forward-proxy.ts";
import { checkConfig } from "../../server/config/load.ts";
import { testSecret } from "../peers/doorward.ts";

/** The address and variable of the proxy for a URL. */
function chosen(url: string, environment: Record<string, string>): string | undefined {
  const proxy = createForwardProxyOf(environment)(url);
  return proxy && `${proxy.shown} ${proxy.variable}`;
}

const https = { HTTPS_PROXY: "http://proxy.corp:3128" };

describe("the proxy of a request", () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ["https://id.example.com/token", {}, undefined],
    ["https://id.example.com/token", https, "http://proxy.corp:3128 HTTPS_PROXY"],
    ["http://localhost:8080/", https, undefined],
    ["https://id.example.com/", { HTTP_PROXY: "http://proxy.corp:3128" }, undefined],
    ["https://id.example.com/", { ALL_PROXY: "http://proxy.corp:3128" }, undefined],
    ["https://id.example.com/", { ...https, HTTPS_PROXY: "" }, undefined],
    [
      "https://id.example.com/",
      { ...https, https_proxy: "https://lower.corp" },
      "https://lower.corp https_proxy",
    ],
    [
      "https://id.example.com/",
      { ...https, https_proxy: "" },
      "http://proxy.corp:3128 HTTPS_PROXY",
    ],
    [
      "https://id.example.com/",
      { HTTPS_PROXY: " HTTP://door:s%40same@Proxy.corp:3128/ " },
      "http://proxy.corp:3128 HTTPS_PROXY",
    ],
    [
      "http://127.0.0.1:8080/",
      { HTTP_PROXY: "http://127.0.0.1:3128" },
      "http://127.0.0.1:3128 HTTP_PROXY",
    ],
    [
      "https://localhost:8080/",
      { HTTPS_PROXY: "http://[::1]:3128" },
      "http://[::1]:3128 HTTPS_PROXY",
    ],
  ])("to %s with %j is %s", (url, environment, expected) => {
    expect(chosen(url, environment)).toBe(expected);
  });

  it.each(["http://127.0.0.1:8080/", "http://[::1]/", "http://id.localhost/"])(
    "to %s is never one on another machine",
    (url) => {
      const proxies = { HTTP_PROXY: "http://proxy.corp:3128", ...https };

      expect(chosen(url, proxies)).toBeUndefined();
      expect(chosen(url.replace("http:", "https:"), proxies)).toBeUndefined();
    },
  );
});

describe("NO_PROXY", () => {
  it.each([
    ["*", "https://id.example.com/"],
    ["id.example.com", "https://id.example.com/"],
    ["ID.Example.COM.", "https://id.example.com./"],
    ["example.com", "https://id.example.com/"],
    [".example.com", "https://id.example.com/"],
    ["*.example.com", "https://id.example.com/"],
    ["other.test,  id.example.com", "https://id.example.com/"],
    ["other.test id.example.com", "https://id.example.com/"],
    ["id.example.com:8443", "https://id.example.com:8443/"],
    ["id.example.com:443", "https://id.example.com/"],
    ["192.0.2.7", "https://192.0.2.7/"],
    ["192.0.2.0/24", "https://192.0.2.7/"],
    ["192.0.2.7-192.0.2.9", "https://192.0.2.8/"],
    ["2001:db8::7", "https://[2001:db8::7]/"],
    ["[2001:db8::7]", "https://[2001:db8::7]/"],
    ["[2001:db8::7]:8443", "https://[2001:db8::7]:8443/"],
    ["2001:db8::/32", "https://[2001:db8::7]/"],
  ])("%s exempts %s", (written, url) => {
    expect(chosen(url, { ...https, NO_PROXY: written })).toBeUndefined();
    expect(chosen(url, { ...https, no_proxy: written })).toBeUndefined();
  });

  it.each([
    ["", "https://id.example.com/"],
    [",", "https://id.example.com/"],
    [".", "https://id.example.com/"],
    ["d.example.com", "https://id.example.com/"],
    ["id.example.com:8443", "https://id.example.com/"],
    ["id.example.com", "https://id.example.com.test/"],
    ["192.0.2.0/24", "https://192.0.3.7/"],
    ["private", "https://10.0.0.7/"],
    ["constructor", "https://id.example.com/"],
    ["192.0.2.7-192.0.2.9", "https://192.0.2.10/"],
    ["[2001:db8::7]:8443", "https://[2001:db8::7]/"],
  ])("%j does not exempt %s", (written, url) => {
    expect(chosen(url, { ...https, NO_PROXY: written })).toBe("http://proxy.corp:3128 HTTPS_PROXY");
  });

  it("in lower case comes first", () => {
    const environment = { ...https, no_proxy: "other.test", NO_PROXY: "*" };

    expect(chosen("https://id.example.com/", environment)).toBeDefined();
  });
});

/** The message for a configuration that is valid without these variables. */
function faultsWith(environment: Record<string, string>): string {
  const settings = {
    url: "https://auth.example.com",
    secret: testSecret,
    providers: { google: { clientId: "door", clientSecret: "s" } },
    access: { anyone: true },
  };
  try {
    checkConfig("test", settings, environment);
    return "";
  } catch (error) {
    return String(error);
  }
}

describe("a variable that names no proxy", () => {
  const form = "write http://HOST:PORT, or https:// if the proxy itself uses TLS";

  it.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])(
    "is a fault of the configuration: %s",
    (variable) => {
      expect(faultsWith({ [variable]: "proxy.corp:3128" })).toContain(
        `${variable}: "proxy.corp:3128" is not the URL of a proxy: ${form}`,
      );
    },
  );

  it.each([
    "proxy",
    "socks5://proxy:1080",
    "http://",
    "http:proxy",
    "//proxy",
    "http://proxy:99999",
  ])("is a fault: %j", (written) => {
    expect(faultsWith({ HTTPS_PROXY: written })).toContain(form);
  });

  it.each([
    "door:sesame@proxy:3128",
    "socks5://door:sesame@proxy:1080",
    "http://door:sesame%@proxy",
  ])("is not shown if it may hold a password: %j", (written) => {
    const message = faultsWith({ HTTPS_PROXY: written });

    expect(message).toContain("HTTPS_PROXY: ");
    expect(message).not.toContain("sesame");
  });

  it.each(["", "http://proxy", "https://door:s%40same@proxy:3128/", "http://[2001:db8::1]:3128"])(
    "is not %j",
    (written) => {
      expect(faultsWith({ HTTPS_PROXY: written, HTTP_PROXY: written, NO_PROXY: "?" })).toBe("");
    },
  );
});
