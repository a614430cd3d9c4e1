import { describe, expect, it } from "vitest";
import { ApiError, type Question } from "../../providers/api.ts";
import { createApi, noApi } from "../../server/sign-in/provider-api.ts";

interface Reply {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** An API that gives this response, and the requests that it got. */
function answering(
  { status = 200, body = "{}", headers = {} }: Reply = {},
  base = "https://api.example.com/v1/",
) {
  const requests: { url: string; init: object }[] = [];
  const fetch = async (url: string, init: object) => {
    requests.push({ url, init });
    return new Response(body, { status, headers });
  };
  const usual = { Accept: "application/vnd.example+json" };
  return { api: createApi({ base, accessToken: "at", headers: usual, fetch }), requests };
}

async function failure(reply: Reply, question: Question = {}, path = "/user"): Promise<ApiError> {
  const found: unknown = await answering(reply)
    .api(path, question)
    .catch((error: unknown) => error);
  if (found instanceof ApiError) return found;
  throw new Error("no ApiError");
}

describe("a request to a provider's API", () => {
  it("is sent under its address with the access token", async () => {
    const { api, requests } = answering();

    await api("/user?a=b");
    await api("https://api.example.com/other", { headers: { "X-Own": "1", Authorization: "own" } });

    expect(requests).toEqual([
      {
        url: "https://api.example.com/v1/user?a=b",
        init: {
          method: "GET",
          headers: {
            Accept: "application/vnd.example+json",
            "User-Agent": "doorward",
            Authorization: "Bearer at",
          },
          signal: expect.any(AbortSignal),
        },
      },
      {
        url: "https://api.example.com/other",
        init: expect.objectContaining({
          headers: expect.objectContaining({ "X-Own": "1", Authorization: "Bearer at" }),
        }),
      },
    ]);
  });

  it("sends a body as JSON, and asks for JSON where the provider has no form of its own", async () => {
    const requests: object[] = [];
    const fetch = async (_: string, init: object) => {
      requests.push(init);
      return new Response("[]");
    };
    const api = createApi({ base: "https://api.example.com", accessToken: "at", fetch });

    expect(await api("/graphql", { method: "POST", body: { query: "q" } })).toMatchObject({
      body: [],
    });
    expect(requests).toEqual([
      {
        method: "POST",
        headers: {
          Accept: "application/json",
          "User-Agent": "doorward",
          "Content-Type": "application/json",
          Authorization: "Bearer at",
        },
        body: '{"query":"q"}',
        signal: expect.any(AbortSignal),
      },
    ]);
  });

  it.each([
    "https://evil.example/user",
    "http://api.example.com/user",
    "https://api.example.com:8443/user",
    "https://x@api.example.com/user",
    "user",
  ])("is not sent to %s", async (path) => {
    const { api, requests } = answering();

    await expect(api(path)).rejects.toMatchObject({
      name: "ApiError",
      status: 200,
      message: "the API at https://api.example.com/v1/ links to another origin",
    });
    expect(requests).toEqual([]);
  });

  it("is not sent without a token", () => {
    expect(() => noApi("/user")).toThrow("cannot request /user without an access token");
  });
});

describe("a response of a provider's API", () => {
  it("has its JSON and its status", async () => {
    expect(await answering({ body: '{"id":1}' }).api("/user")).toEqual({
      status: 200,
      body: { id: 1 },
      next: undefined,
    });
  });

  it("may be empty, and may have another status that is expected", async () => {
    const { api } = answering({ status: 404, body: "" });

    expect(await api("/user", { expects: [404] })).toEqual({
      status: 404,
      body: undefined,
      next: undefined,
    });
  });

  it.each([
    [{ status: 404 }, { expects: [410] }, 404, false],
    [{ status: 500 }, {}, 500, true],
    [{ status: 429 }, {}, 429, true],
    [{ status: 403 }, {}, 403, false],
    [{ status: 403, headers: { "retry-after": "5" } }, {}, 429, true],
    [{ status: 403, headers: { "x-ratelimit-remaining": "0" } }, {}, 429, true],
    [{ status: 403, headers: { "x-ratelimit-remaining": "1" } }, {}, 403, false],
    [{ status: 401, headers: { "retry-after": "5" } }, {}, 401, false],
  ])("is an error with its place (%#)", async (reply, question, status, isTransient) => {
    const error = await failure(reply, question, "/user?secret=1");

    expect([error.status, error.isTransient]).toEqual([status, isTransient]);
    expect(error.message).toBe(`GET https://api.example.com/v1/user returned ${reply.status}`);
  });

  it.each([
    [{ message: "Bad credentials" }, '"Bad credentials"'],
    [{ error: { message: "Insufficient privileges" } }, '"Insufficient privileges"'],
    [{ error: "invalid_token", error_description: "expired" }, 'invalid_token "expired"'],
    [{ message: `Bad token ${"a1".repeat(20)}` }, '"Bad token …"'],
  ])("is an error with the provider's words %j", async (body, said) => {
    const error = await failure({ status: 401, body: JSON.stringify(body) });

    expect(error.message).toBe(`GET https://api.example.com/v1/user returned 401 ${said}`);
  });

  it("is an error if it is not JSON", async () => {
    const error = await failure({ body: "<html>" }, { method: "POST" });

    expect(error.message).toBe(
      "POST https://api.example.com/v1/user returned a body that is not JSON",
    );
    expect([error.status, error.cause]).toEqual([undefined, expect.any(SyntaxError)]);
  });

  it("is an error if there is none", async () => {
    const refused = new TypeError("fetch failed");
    const fetch = () => Promise.reject(refused);
    const api = createApi({ base: "https://api.example.com", accessToken: "at", fetch });

    await expect(api("/user")).rejects.toMatchObject({
      status: undefined,
      message: "GET https://api.example.com/user got no response",
      cause: refused,
    });
  });

  it.each([
    [
      '<https://api.example.com/v1/user?page=2>; rel="next"',
      "https://api.example.com/v1/user?page=2",
    ],
    ["</other?page=2>; rel=next", "https://api.example.com/other?page=2"],
    ['<https://a.example/1>; rel="prev", <https://a.example/3>; rel="next"', "https://a.example/3"],
    ['<https://a.example/1>; rel="next"; title="x"', "https://a.example/1"],
    ['<https://a.example/1,2>; rel="next"', "https://a.example/1,2"],
    ['<https://a.example/1>; rel="last"', undefined],
    ['<https://a.example/1>; rel="nextish"', undefined],
    ['https://a.example/1; rel="next"', undefined],
    ['<http://[>; rel="next"', undefined],
  ])("links by %s to %s", async (link, next) => {
    expect(await answering({ headers: { link } }).api("/user")).toMatchObject({ next });
  });
});
