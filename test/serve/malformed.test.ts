import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startSignedInProcess, statuses, type SignedInProcess } from "./signed-in-process.ts";

let peer: SignedInProcess;

beforeAll(async () => {
  peer = await startSignedInProcess();
});
afterEach(async () => {
  if (!(await peer.isAlive())) throw new Error("doorward did not survive");
});
afterAll(() => peer.close());

/** Sent with the cookie of a person with access: a request that is misread would be a 200. */
async function ask(head: string, rest = ""): Promise<number[]> {
  return statuses(await peer.doorward.raw(`${head}${peer.lines}Cookie: ${peer.cookie}\r\n${rest}`));
}

const verify = "GET /_auth/verify HTTP/1.1\r\nHost: x\r\n";

describe("a malformed request gets 400", () => {
  it.each<[string, string, string?]>([
    ["a header without a colon", `${verify}no colon here\r\n`],
    ["a header without a name", `${verify}: value\r\n`],
    ["a name with a space", `${verify}X Y: z\r\n`],
    ["a space before the colon", `${verify}X-Y : z\r\n`],
    ["a NUL in a name", `${verify}X\0Y: z\r\n`],
    ["a NUL in a value", `${verify}X-Y: a\0b\r\n`],
    ["a folded line", `${verify}X-Y: a\r\n b\r\n`],
    ["a lone CR in a value", `${verify}X-Y: a\rb\r\n`],
    ["no Host", "GET /_auth/verify HTTP/1.1\r\n"],
    ["two Hosts", `${verify}Host: y\r\n`],
    ["an unknown version", "GET /_auth/verify HTTP/3.7\r\nHost: x\r\n"],
    ["HTTP/2 out of nowhere", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a space in the target", "GET /_auth/ver ify HTTP/1.1\r\nHost: x\r\n"],
    ["a tab for a space", "GET\t/_auth/verify\tHTTP/1.1\r\nHost: x\r\n"],
    ["the first bytes of TLS", "\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03"],
    ["nothing known", "hello\r\n\r\n"],
    ["a negative length", `${verify}Content-Length: -1\r\n`],
    ["a length that is no number", `${verify}Content-Length: 0x10\r\n`],
    ["two lengths", `${verify}Content-Length: 0\r\nContent-Length: 5\r\n`],
    ["a list of lengths", `${verify}Content-Length: 0, 5\r\n`],
    ["a length with chunks", `${verify}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`],
    ["chunks that are not the last coding", `${verify}Transfer-Encoding: chunked, identity\r\n`],
    ["a coding with a space before the colon", `${verify}Transfer-Encoding : chunked\r\n`],
  ])("%s", async (_, head) => {
    expect(await ask(head, "Connection: close\r\n\r\n")).toEqual([400]);
  });
});

/** A request in the body of another one, which must not get a response of its own. */
describe("a request hidden in a body (smuggling)", () => {
  const hidden = () =>
    `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${peer.lines}Cookie: ${peer.cookie}\r\n\r\n`;
  const post = "POST /_auth/verify HTTP/1.1\r\nHost: x\r\n";

  /** The outer request has no cookie, so that a 200 could only be the response to the hidden one. */
  async function smuggle(framing: string, body: string): Promise<number[]> {
    return statuses(
      await peer.doorward.raw(`${post}${peer.lines}${framing}\r\nConnection: close\r\n\r\n${body}`),
    );
  }

  it.each([
    "Transfer-Encoding: ChunKed",
    "Transfer-Encoding: CHUNKED",
    "Transfer-Encoding: chunked",
    "transfer-encoding:\tchunked",
  ])("%s", async (framing) => {
    const body = hidden();

    const answers = await smuggle(framing, `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);

    expect(answers).toEqual([302]);
  });

  it.each([
    ["that is shorter than said", "Transfer-Encoding: chunked", (text: string) => `1\r\n${text}`],
    ["that ends at once", "Transfer-Encoding: chunked", (text: string) => `0\r\n\r\n${text}`],
    ["of an odd chunk size", "Transfer-Encoding: chunked", (text: string) => `zz\r\n${text}`],
    [
      "of a huge chunk",
      "Transfer-Encoding: chunked",
      (text: string) => `${"f".repeat(17)}\r\n${text}`,
    ],
    ["in a trailer", "Transfer-Encoding: chunked", (text: string) => `0\r\nX: y\r\n\r\n${text}`],
    ["of an unknown coding", "Transfer-Encoding: xchunked", (text: string) => text],
    ["of no bytes", "Content-Length: 0", (text: string) => text],
  ])("%s gets no response of its own", async (_, framing, make) => {
    const answers = await smuggle(framing, make(hidden()));

    expect(answers.filter((status) => status === 200)).toEqual([]);
  });

  it("with a Content-Length is skipped, and the next request gets its own response", async () => {
    const body = hidden();
    const length = `Content-Length: ${body.length}`;
    const last = `${post.replace("POST", "GET")}${peer.lines}Connection: close\r\n\r\n`;

    const answers = statuses(
      await peer.doorward.raw(`${post}${peer.lines}${length}\r\n\r\n${body}${last}`),
    );

    expect(answers).toEqual([302, 302]);
  });
});

describe("the size of a head", () => {
  it("of 60 KiB is accepted", async () => {
    const padding = `X-Padding: ${"a".repeat(60 * 1024)}\r\nConnection: close\r\n\r\n`;
    const { raw } = peer.doorward;

    expect(await ask(verify, padding)).toEqual([200]);
    expect(statuses(await raw(verify + peer.lines + padding))).toEqual([302]);
    expect(statuses(await raw(verify + padding))).toEqual([400]);
  });

  it.each<[string, (head: string) => string]>([
    ["one header of 70 KiB", (head) => `${head}X-Padding: ${"a".repeat(70 * 1024)}\r\n`],
    ["a cookie of 70 KiB", (head) => `${head}Cookie: ${"a".repeat(70 * 1024)}\r\n`],
    ["a target of 70 KiB", (head) => head.replace("verify", `verify?${"a".repeat(70 * 1024)}`)],
    ["40,000 headers", (head) => head + "a: b\r\n".repeat(40_000)],
  ])("of more gets 431: %s", async (_, make) => {
    expect(await ask(make(verify), "Connection: close\r\n\r\n")).toEqual([431]);
  });
});

describe("no Host header changes the route or the redirect", () => {
  it.each([
    "evil.example",
    "a/../_auth/verify",
    "x?y",
    "x#y",
    "evil@internal",
    "localhost:3000/abc?",
    "[::",
    "",
    "%",
    "a b",
    "x:99999",
    "é",
  ])("%j", async (host) => {
    const get = (path: string) =>
      peer.doorward.raw(
        Buffer.from(
          `GET /_auth/${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
          "latin1",
        ),
      );

    const answers = await Promise.all(["verify", "start", "callback", "sign_out"].map(get));

    expect(answers.flatMap(statuses).filter((status) => status >= 500)).toEqual([]);
    expect(statuses(answers[0] ?? "")).toEqual([400]);
    expect(answers.join("")).not.toContain("evil");
    for (const [, location = ""] of answers.join("").matchAll(/^location: (.*)$/gim)) {
      expect(location).toMatch(/^http:\/\/(127\.0\.0\.1|localhost):\d+\//);
    }
  });
});
