import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventsPage } from "../../docs/events-page.ts";
import { createAudit } from "../../server/observe/audit.ts";
import { createLog } from "../../server/observe/log.ts";
import { limitLog } from "../../server/observe/visitor-log.ts";
import { Writable } from "node:stream";

const page = readFileSync(join(import.meta.dirname, "../../docs/events.md"), "utf8");

describe("docs/events.md", () => {
  it("equals the output of `npm run docs`", () => {
    expect(page).toBe(eventsPage());
  });
});

describe("the filter for fail2ban", () => {
  const lines: string[] = [];
  const write = (chunk: Buffer, _: string, done: () => void) => {
    lines.push(String(chunk));
    done();
  };
  const log = createLog(new Writable({ write }));
  const audit = createAudit(log, limitLog(log));
  const [, regex = ""] = /failregex = (.*)\n/.exec(page) ?? [];
  const address = "(?<host>[0-9a-f.:]+)";
  const filter = new RegExp(regex.replace("<HOST>", address));
  const found = () => filter.exec(lines.at(-1) ?? "")?.groups?.host;

  beforeAll(() => void lines.splice(0));
  afterAll(() => void lines.splice(0));

  it("finds the address of a wrong password", () => {
    const asked = { requestId: "1", host: "app.example.com", path: '/a"b\\', address: "192.0.2.7" };
    audit("credentials_refused", "invalid_password", asked, { detail: "x" });

    expect(found()).toBe("192.0.2.7");
  });

  it("finds the address of a made-up callback, and nothing that its path says", () => {
    const path = '/x","address":"203.0.113.9';
    audit("sign_in_failed", "transaction_missing", {
      requestId: "1",
      path,
      address: "2001:db8::7",
    });

    expect(found()).toBe("2001:db8::7");
  });

  it.each(['","event":"credentials_refused","reason":"invalid_password","address":"203.0.113.9'])(
    "does not find an address in a path: %s",
    (path) => {
      audit("denied", "rule_denies", { requestId: "1", path, address: "192.0.2.7" });

      expect(found()).toBeUndefined();
    },
  );
});
