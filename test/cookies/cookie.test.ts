import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieNameOf } from "../peers/cookie-name.ts";
import { forwarded, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
let token: string;
let name: string;
let another: string;

beforeAll(async () => {
  door = await openSignInDoor();
  name = cookieNameOf(door.site);
  [token, another] = await Promise.all([tokenOfSignIn(), tokenOfSignIn()]);
});
afterAll(() => door.close());

async function tokenOfSignIn(): Promise<string> {
  const browser = door.browser();
  await door.signIn(browser);
  const cookies = (await browser.jar.getCookieString(door.site)).split("; ");
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

/** So many tokens of no session, as a sibling host can set them for a longer path, before the token. */
function planted(count: number, good: string): string {
  const tokens = Array.from({ length: count }, (_, index) => String(index).padStart(43, "A"));
  return [...tokens, good].map((one) => `${name}=${one}`).join("; ");
}

async function verdict(cookie: string | string[]): Promise<number> {
  const answer = await door.verify(door.browser(), { headers: { Cookie: cookie } });
  expect(answer.headers["set-cookie"]).toBeUndefined();
  return answer.status;
}

const junk: [string, (token: string) => string][] = [
  ["nothing", () => ""],
  ["a percent sign", () => "%"],
  ["half an escape", () => "%zz"],
  ["a quote", () => '"'],
  ["base64", () => "eyJhbGciOiJub25lIn0="],
  ["8 kB", () => "A".repeat(8_192)],
  ["an equals sign", () => "="],
  ["a letter of Latin-1", () => "é"],
  ["JSON", () => '{"subject":"ada"}'],
  ["__proto__", () => "__proto__"],
  ["constructor", () => "constructor"],
  ["null", () => "null"],
  ["undefined", () => "undefined"],
  ["true", () => "true"],
  ["0", () => "0"],
  ["43 letters that are not a token", () => "A".repeat(43)],
  ["a path", () => "../".repeat(14) + "a"],
  ["a key of the store", () => `session:${"a".repeat(64)}`],
  ["the token without its last letter", (good) => good.slice(0, -1)],
  ["the token with an extra letter", (good) => `${good}A`],
  ["the token in quotes", (good) => `"${good}"`],
  ["the token, padded", (good) => `${good}=`],
  ["the token in another case", (good) => swapCase(good)],
  ["the token with its first bit flipped", (good) => (good[0] === "A" ? "B" : "A") + good.slice(1)],
  ["the token with its last letter changed", (good) => good.slice(0, -1) + nextOf(good)],
  ["the token and a query", (good) => `${good}?x`],
  ["the token after a path segment", (good) => `a/${good}`],
  [
    "the token with a percent-encoded letter",
    (good) => `%${good.charCodeAt(0).toString(16)}${good.slice(1)}`,
  ],
];

describe("a session cookie that holds", () => {
  it.each(junk)("%s is no session", async (_, make) => {
    expect(await verdict(`${name}=${make(token)}`)).toBe(302);
  });
});

describe("a Cookie header", () => {
  it.each<[string, (token: string) => string | string[]]>([
    ["that is empty", () => ""],
    ["with only semicolons", () => ";;;; ;"],
    ["with only a name", () => name],
    ["with another case in the name", (good) => `D${name.slice(1)}=${good}`],
    ["with a longer name", (good) => `${name}2=${good}; x${name}=${good}`],
    ["with the prefixed name of another site", (good) => `__Host-${name}=${good}`],
    ["with four tokens of no session, then the token", (good) => planted(4, good)],
    [
      "with four values that are no tokens, then the token",
      (good) => ["", "1", "2", "3", good].map((one) => `${name}=${one}`).join("; "),
    ],
    ["with another session's token", (good) => `${name}=${good}; ${name}=${another}`],
    ["with a comma instead of a semicolon", (good) => `a=b, ${name}=${good}`],
    ["with spaces around the equals sign", (good) => `${name} = ${good}`],
  ])("%s is no session", async (_, make) => {
    expect(await verdict(make(token))).toBe(302);
  });

  it.each<[string, (token: string) => string | string[]]>([
    ["twice", (good) => `${name}=${good}; ${name}=${good}`],
    ["followed by another value", (good) => `${name}=${good}; ${name}=${"A".repeat(43)}`],
    ["after another value", (good) => `${name}=${"A".repeat(43)}; ${name}=${good}`],
    ["after an empty value", (good) => `${name}=; ${name}=${good}`],
    ["fifty times", (good) => Array.from({ length: 50 }, () => `${name}=${good}`).join(";")],
    ["on two lines", (good) => [`${name}=${good}`, `${name}=${good}`]],
    ["after three tokens of no session", (good) => planted(3, good)],
    [
      "after fifty equal values that are no tokens",
      (good) => `${`${name}=x; `.repeat(50)}${name}=${good}`,
    ],
    ["among a hundred others", (good) => `${"a=b; ".repeat(100)}${name}=${good}; c=d`],
    ["without a space before it", (good) => `a=b;${name}=${good}`],
    ["with spaces around it", (good) => `a=b;   ${name}=${good}  ; c=d`],
    ["next to malformed cookies", (good) => `=; ;a; "=%zz; ${name}=${good}`],
  ])("with the token %s is the session", async (_, make) => {
    expect(await verdict(make(token))).toBe(200);
  });

  it.each(["\0", "\u0001", "\u007F"])(
    "with the control character %j never passes",
    async (sign) => {
      const lines = Object.entries({ ...forwarded(door.site), Host: "x", Connection: "close" });
      const socket = connect(door.doorward.port, "127.0.0.1");

      socket.end(
        `GET /_auth/verify HTTP/1.1\r\n${lines.map((pair) => pair.join(": ")).join("\r\n")}\r\n` +
          `Cookie: ${name}=${token}${sign}\r\n\r\n`,
      );
      const answer = await text(socket);

      expect(answer).toMatch(/^HTTP\/1\.1 (302|400) /);
      expect(await verdict(`${name}=${token}`)).toBe(200);
    },
  );
});

function swapCase(text_: string): string {
  return text_.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

/** Another last letter that decodes to the same bytes: 43 letters have two unused bits. */
function nextOf(good: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(good.at(-1) ?? "A") ^ 1] ?? "A";
}
