import { afterEach, describe, expect, it } from "vitest";
import { auditLines, checkAuditLines } from "../peers/audit-lines.ts";
import type { Browser } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
afterEach(async () => {
  checkAuditLines(door.doorward.events);
  await door.close();
});

const rules = [
  { path: "/closed", deny: true },
  { path: "/open", allow: "public" },
  { path: "/strong", acr: ["mfa"] },
];

/** A signed-in browser and one without a session; the lines begin after the sign-in. */
async function open(decisions?: string) {
  door = await openSignInDoor({ rules, ...(decisions && { log: { decisions } }) });
  const [ada, visitor] = [door.browser(), door.browser()];
  await door.signIn(ada);
  door.doorward.events.length = 0;
  return { ada, visitor };
}

const ask = async (browser: Browser, path: string, times = 1) => {
  const asked = { headers: { "X-Forwarded-Uri": `${path}?token=secret-of-the-app` } };
  for (let index = 0; index < times; index++) await door.verify(browser, asked);
};

const fields = new Set(["event", "reason", "rule", "path", "subject"]);

/** The audit lines, with these fields alone. */
const lines = () =>
  auditLines(door.doorward.events).map((line) =>
    Object.fromEntries(Object.entries(line).filter(([name]) => fields.has(name))),
  );

describe("log.decisions", () => {
  it.each([undefined, "none"])("%s: a denial is logged, and no other decision", async (setting) => {
    const { ada, visitor } = await open(setting);

    await ask(ada, "/page", 2);
    await ask(visitor, "/page");
    await ask(visitor, "/open");
    await ask(ada, "/closed");

    expect(lines()).toEqual([
      { event: "denied", reason: "rule_denies", rule: "rules.0", path: "/closed", subject: "ada" },
    ]);
  });

  it("none: denials of visitors have a limit, and those of an identity have none", async () => {
    const { ada, visitor } = await open("none");

    await ask(visitor, "/closed", 70);
    await ask(ada, "/closed", 70);

    expect(lines().filter(({ subject }) => subject === undefined)).toHaveLength(60);
    expect(lines().filter(({ subject }) => subject === "ada")).toHaveLength(70);
  });

  it("denied: every denial is logged", async () => {
    const { ada, visitor } = await open("denied");

    await ask(ada, "/page");
    await ask(visitor, "/page");
    await ask(visitor, "/closed", 70);

    expect(lines()).toHaveLength(70);
  });

  it("all: every request has a line, also of a session that passed before", async () => {
    const { ada, visitor } = await open("all");

    await ask(ada, "/page", 2);
    await ask(visitor, "/page");
    await ask(visitor, "/open");
    await ask(ada, "/strong");
    await ask(ada, "/closed");

    const passed = { event: "allowed", reason: "permitted", rule: "access", path: "/page" };
    expect(lines()).toEqual([
      { ...passed, subject: "ada" },
      { ...passed, subject: "ada" },
      { event: "challenged", reason: "no_session", rule: "access", path: "/page" },
      { event: "allowed", reason: "public", rule: "rules.1", path: "/open" },
      { event: "challenged", reason: "step_up", rule: "rules.2", path: "/strong" },
      { event: "denied", reason: "rule_denies", rule: "rules.0", path: "/closed", subject: "ada" },
    ]);
    expect(JSON.stringify(door.doorward.events)).not.toContain("secret-of-the-app");
  });
});
