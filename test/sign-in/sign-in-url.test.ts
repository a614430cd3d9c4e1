import { Configuration, customFetch, None, type ServerMetadata } from "openid-client";
import { beforeEach, describe, expect, it } from "vitest";
import { createSignInUrlBuilder } from "../../server/sign-in/pushed-request.ts";

const issuer = "https://id.example.com";
const parameters = { scope: "openid", state: "s" };
const place = `${issuer}/par`;
let clock = { now: 0 };
let warnings: object[];
let requests: string[];
let reply: () => Promise<Response>;

beforeEach(() => {
  clock = { now: 1_000_000 };
  [warnings, requests] = [[], []];
  reply = async () =>
    Response.json({ request_uri: "urn:example:1", expires_in: 60 }, { status: 201 });
});

function opened(metadata: Partial<ServerMetadata> = {}) {
  const configuration = new Configuration(
    { issuer, authorization_endpoint: `${issuer}/auth`, ...metadata },
    "door",
    undefined,
    None(),
  );
  configuration[customFetch] = async (url, init) => {
    requests.push(`${init.method} ${url}`);
    return reply();
  };
  const log = { warn: (fields: object) => void warnings.push(fields) };
  const build = createSignInUrlBuilder(issuer, { log, now: () => clock.now });
  return () => build(configuration, parameters);
}

const offered = { pushed_authorization_request_endpoint: place };
const required = { ...offered, require_pushed_authorization_requests: true };
const plain = `${issuer}/auth?client_id=door&scope=openid&state=s&response_type=code`;
const pushed = `${issuer}/auth?request_uri=${encodeURIComponent("urn:example:1")}&client_id=door`;
const sorted = (url: URL | string) => [...new URL(url).searchParams].map(String).toSorted();

const unavailable = async () => new Response("", { status: 503 });
const refused = async () => Response.json({ error: "invalid_request" }, { status: 400 });

describe("the address of a sign-in", () => {
  it("has the parameters where the issuer offers no pushed requests", async () => {
    expect(sorted(await opened()())).toEqual(sorted(plain));
    expect(requests).toEqual([]);
  });

  it.each([offered, required])(
    "has a reference to them where the issuer does (%#)",
    async (metadata) => {
      expect(sorted(await opened(metadata)())).toEqual(sorted(pushed));
      expect(requests).toEqual([`POST ${place}`]);
      expect(warnings).toEqual([]);
    },
  );
});

describe("a pushed request that fails", () => {
  it.each([unavailable, refused])(
    "is replaced by a plain one where it is optional (%#)",
    async (fails) => {
      reply = fails;

      expect(sorted(await opened(offered)())).toEqual(sorted(plain));
      expect(warnings).toEqual([{ issuer, reason: expect.stringContaining("(PAR)") }]);
    },
  );

  it("is not tried again for a minute if the issuer is down", async () => {
    reply = unavailable;
    const build = opened(offered);

    await build();
    clock.now += 59_999;
    await build();
    expect(requests).toHaveLength(1);
    clock.now += 1;
    await build();
    expect(requests).toHaveLength(2);
  });

  it("is tried again at once after a refusal, which concerns one request", async () => {
    reply = refused;
    const build = opened(offered);

    await build();
    await build();

    expect(requests).toHaveLength(2);
  });

  it("is tried again at once above fifty concurrent ones, which are our own limit", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const good = reply;
    reply = () => promise.then(good);
    const build = opened(offered);
    const waiting = Array.from({ length: 50 }, build);

    expect(sorted(await build())).toEqual(sorted(plain));
    resolve();
    await Promise.all(waiting);
    expect(sorted(await build())).toEqual(sorted(pushed));
  });

  it.each([
    [unavailable, "issuer_broken"],
    [refused, "client_rejected"],
    [async () => Response.json({ error: "invalid_grant" }, { status: 400 }), "issuer_broken"],
    [() => Promise.reject(new TypeError("x", { cause: new Error("y") })), "issuer_unreachable"],
  ])("is an error where it is required (%#)", async (fails, code) => {
    reply = fails;
    const build = opened(required);

    await expect(build()).rejects.toMatchObject({
      code,
      message: `the pushed authorization request (PAR) to ${issuer} failed`,
    });
    await expect(build()).rejects.toMatchObject({ code });
    expect(requests).toHaveLength(2);
    expect(warnings).toEqual([]);
  });
});
