import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { writeMetrics } from "../../server/observe/metrics.ts";
import { navigation, type Browser } from "../peers/browser.ts";
import { countsIn, increases } from "../peers/metrics.ts";
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

const ask = (browser: Browser, query: string, path: string, more: Record<string, string> = {}) => {
  const { protocol, host } = new URL(door.site);
  return browser.ask(`${door.site}/verify?${query}`, {
    headers: {
      ...navigation,
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": protocol.slice(0, -1),
      "X-Forwarded-Host": host,
      "X-Forwarded-Uri": path,
      ...more,
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

describe("a peer that asks only for the page of a refusal", () => {
  const folder = mkdtempSync(join(tmpdir(), "doorward-page-"));
  const users = join(folder, "users");
  writeFileSync(users, `robot:${hashSync("open sesame", 10)}\n`);
  afterAll(() => rmSync(folder, { recursive: true }));

  const guess = { Authorization: `Basic ${Buffer.from("robot:guess").toString("base64")}` };
  const counts = async () => countsIn(await writeMetrics(door.doorward.app.counts));
  const openForPrograms = async () => {
    const machines = { path: "/machines/*", basic: true, provider: "users", allow: "signed-in" };
    const log = { decisions: "all" };
    door = await openSignInDoor({ users, log, rules: [machines, ...rules] });
  };

  it.each([
    [guess, "credentials_refused", "invalid_password"],
    [{ "X-Forwarded-Uri": "no path" }, "refused", "malformed"],
    [{ "X-Forwarded-Uri": "/x", "X-Original-URL": "http://a/y" }, "refused", "header_conflict"],
  ])("with %j leaves a line and counts", async (headers, event, reason) => {
    await openForPrograms();
    const before = await counts();

    const query = "refusal_page=&identity_headers=refuse";
    const answer = await ask(door.browser(), query, "/machines/x", headers);

    const [line, ...others] = door.doorward.events.filter((one) => "event" in one);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(others).toEqual([]);
    expect(line).toMatchObject({ event, reason });
    const added = Object.keys(increases(before, await counts()));
    expect(added).toContainEqual(`doorward_refusals_total{reason=${reason}}`);
  });

  it("meets the limit of failed tries, with a line", async () => {
    await openForPrograms();

    for (let tries = 0; tries < 11; tries++)
      await ask(door.browser(), "refusal_page=", "/machines/x", guess);

    expect(door.doorward.events.at(-1)).toMatchObject({
      event: "credentials_refused",
      reason: "too_many_tries",
    });
  });

  it("gets no second line and no second count of a denial", async () => {
    await openForPrograms();
    const before = await counts();

    await ask(door.browser(), "refusal_page=", "/closed");
    const elsewhere = { "X-Forwarded-Host": "made-up.example" };
    await ask(door.browser(), "refusal_page=", "/", elsewhere);

    expect(door.doorward.events.filter((one) => "event" in one)).toEqual([]);
    const added = Object.keys(increases(before, await counts()));
    expect(added.filter((name) => /decisions|refusals/.test(name))).toEqual([]);
  });
});
