import { describe, expect, it } from "vitest";
import { openVerify } from "../../server/check/open-verify.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { absent } from "../peers/findings.ts";

const config = configOf({
  url: "https://auth.example.com/_auth",
  providers: { company: absent },
  access: { anyone: true },
});
const address = "https://auth.example.com/_auth/verify";

/** The findings if the public address leads to this answer. */
async function findingsOf(answer: (path: string, init: RequestInit) => Promise<Response>) {
  const found = await openVerify(config, (url, init) => answer(new URL(url).pathname, init));
  return found.map(({ level, text }) => `${level} ${text}`);
}

describe("/verify at the public address", () => {
  it("is a warning if a proxy passes it on to doorward", async () => {
    const doorward = await startDoorward(config);

    const found = await findingsOf((path, init) =>
      fetch(`http://127.0.0.1:${doorward.port}${path}`, init),
    );
    await doorward.close();

    expect(found).toEqual([
      expect.stringMatching(`^warning ${address} is open to visitors: .* with 400, .* with 404`),
    ]);
  });

  const noStore = { "Cache-Control": "no-store" };

  it.each([
    ["malformed_request", 400],
    ["identity_header", 400],
    ["untrusted_peer", 403],
    ["forbidden", 403],
    ["unknown_host", 403],
    ["sign_in_required", 401],
    ["insufficient_user_authentication", 401],
    ["invalid_token", 401],
    ["issuer_unreachable", 503],
  ])("is a warning if the answer has doorward's code %s", async (error, status) => {
    const found = await findingsOf(async () =>
      Response.json({ error }, { status, headers: noStore }),
    );

    expect(found).toEqual([expect.stringMatching(`^warning ${address} is open to visitors: `)]);
  });

  it("is a warning if the answer has the id of a request, and nothing else", async () => {
    const headers = { ...noStore, "X-Request-Id": "edge-1" };

    const found = await findingsOf(async () => new Response(null, { status: 401, headers }));

    expect(found).toEqual([expect.stringMatching(`^warning ${address} is open to visitors: `)]);
  });

  it("is ok if the answer is 404, of any server", async () => {
    const headers = { ...noStore, "X-Request-Id": "edge-1" };

    const found = await findingsOf(async () => new Response(null, { status: 404, headers }));

    expect(found).toEqual([`ok ${address} is not open to visitors: it answers with 404`]);
  });

  it.each([
    ["an app", async () => Response.json({ error: "malformed_request" }, { status: 400 })],
    [
      "an app with codes of its own",
      async () => Response.json({ error: "no" }, { status: 401, headers: noStore }),
    ],
    [
      "an app with ids of its own",
      async () => new Response("hello", { headers: { "X-Request-Id": "1" } }),
    ],
    [
      "a redirect, which is not followed",
      async (_: string, { redirect }: RequestInit) =>
        redirect === "manual" ? new Response(null, { status: 302 }) : Response.error(),
    ],
  ])("is not known if the answer may come from %s", async (_, answer) => {
    expect(await findingsOf(answer)).toEqual([
      expect.stringMatching(
        `^unknown not known whether ${address} is open to visitors: it answers with [234]\\d\\d, `,
      ),
    ]);
  });

  it("is not known if the address does not answer", async () => {
    const found = await findingsOf(() => Promise.reject(new Error("no such host")));

    expect(found).toEqual([
      `unknown not known whether ${address} is open to visitors: no such host`,
    ]);
  });

  it.each([
    ["only this machine reaches", { url: "http://localhost:4180/_auth" }],
    ["is at the host of each request", { url: "https://{host}/_auth", hosts: ["example.com"] }],
  ])("is not asked for at an address that %s", async (_, settings) => {
    const asked: string[] = [];
    const other = configOf({
      ...settings,
      providers: { company: absent },
      access: { anyone: true },
    });

    const found = await openVerify(other, async (url) => {
      asked.push(url);
      return new Response();
    });

    expect([found, asked]).toEqual([[], []]);
  });
});
