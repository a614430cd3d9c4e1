import { afterEach, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
afterEach(() => door.close());

const rules = [
  { path: "/open", allow: "public" },
  { path: "/closed", deny: true },
];

async function open() {
  door = await openSignInDoor({ rules });
  const browser = door.browser();
  await door.signIn(browser);
  door.doorward.events.length = 0;
  return browser;
}

const ask = (browser: Browser, query: string, path: string) => {
  const { protocol, host } = new URL(door.site);
  return browser.ask(`${door.site}/verify?${query}`, {
    headers: {
      ...navigation,
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": protocol.slice(0, -1),
      "X-Forwarded-Host": host,
      "X-Forwarded-Uri": path,
    },
  });
};

describe("a question for the page of a refusal alone", () => {
  it.each(["", "not_set_up", "denied", "x"])("is never an allow: refusal_page=%s", async (page) => {
    const browser = await open();

    const paths = ["/", "/open", "/closed"];
    const verdicts = [];
    for (const path of paths)
      for (const who of [browser, door.browser()])
        verdicts.push((await ask(who, `refusal_page=${page}`, path)).status);

    expect(verdicts.filter((status) => status < 300)).toEqual([]);
    expect(door.doorward.events).toEqual([]);
  });

  it("is recognised in any order, and not by the beginning of its name or by a value", async () => {
    const browser = await open();

    const first = await ask(browser, "identity_headers=refuse&refusal_page=", "/");
    const others = [
      await ask(browser, "refusal_pages=1", "/"),
      await ask(browser, "x=refusal_page", "/"),
      await ask(browser, "page=2", "/"),
    ];

    expect(first.status).toBe(403);
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("is not answered for a peer that is not trusted, and that is logged", async () => {
    door = await openSignInDoor({ trustedProxies: ["192.0.2.1"] });

    const answer = await ask(door.browser(), "refusal_page=not_set_up", "/");

    expect(answer.status).toBe(403);
    expect(door.doorward.events).toMatchObject([{ event: "refused", reason: "untrusted_peer" }]);
  });
});
