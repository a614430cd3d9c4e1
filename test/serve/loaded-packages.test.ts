import { expect, it } from "vitest";
import { loadedModules } from "../peers/loaded-modules.ts";

/** `h3` of `…/node_modules/h3/dist/x.mjs`; `listhen > h3` of one that is another package's own. */
function packagesOf(urls: readonly string[]): ReadonlySet<string> {
  return new Set(
    urls.flatMap((url) => {
      const names = [...url.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(
        ([, name]) => name,
      );
      return names.length === 0 ? [] : [names.join(" > ")];
    }),
  );
}

const list = (words: string) => words.split(" ");

it("serve loads only those packages of listhen's that docs/dependencies.md names", async () => {
  const urls = await loadedModules({ https: true });
  const packages = packagesOf(urls);

  const ofListhen = list(
    "consola defu get-port-please http-shutdown listhen node-forge pathe std-env",
  );
  expect(ofListhen.filter((name) => !packages.has(name))).toEqual([]);
  expect(
    [...packages].filter((name) =>
      /listhen >|^(@parcel|crossws|jiti|untun|tinyclip|uqr|radix3|iron-webcrypto|uncrypto|cookie-es|node-mock-http)/.test(
        name,
      ),
    ),
  ).toEqual([]);
  expect(urls.filter((url) => /node_modules\/listhen\/.*\.mjs/.test(url))).toEqual([]);
});

it("serve loads what a sign-in, a token, a password or HTTPS needs with the first of them", async () => {
  const urls = await loadedModules(
    {},
    // The Public Suffix List is asked about the domain.
    { url: "https://auth.example.com", cookie: { domain: "example.com" } },
  );
  const packages = packagesOf(urls);
  const files = urls.map((url) => url.slice(url.indexOf("/server/")));

  const late = list(
    "openid-client oauth4webapi jose h3 srvx rou3 node-forge uqr tldts tinypool bcryptjs ioredis prom-client rate-limiter-flexible yaml",
  );
  expect(late.filter((name) => packages.has(name))).toEqual([]);
  expect(urls.filter((url) => /consola\/dist\/index/.test(url))).toEqual([]);
  expect(urls.filter((url) => /^node:(https|tls|http2|child_process)$/.test(url))).toEqual([]);
  expect(
    files.filter((file) =>
      /\/(start|callback|sign-out|tools|check)\/|\/(discovery|issuer-keys|ask-issuer|bearer|passwords|hash-pool|agent-fetch)\.ts$/.test(
        file,
      ),
    ),
  ).toEqual([]);
});
