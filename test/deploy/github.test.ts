import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Member } from "../peers/provider-stand-in.ts";
import { github } from "../providers/stand-ins/github.ts";
import { valuesOf } from "./gate.ts";
import { app, openProviderStand, portal, type ProviderStand } from "./provider-stand.ts";

/** The stand-in's organisations all have one team, `ops`. */
const ada: Member = {
  id: "470011",
  username: "ada",
  name: "Ada",
  email: "ada@example.com",
  isVerified: true,
  groups: ["acme"],
};
const bob: Member = {
  id: "470012",
  username: "acme",
  name: "Bob",
  email: "bob@example.com",
  isVerified: false,
  groups: ["umbrella"],
};

describe("an app behind nginx for a team at GitHub", () => {
  let stand: ProviderStand;

  beforeAll(async () => {
    stand = await openProviderStand("github", github, {
      access: { anyone: true },
      rules: [{ host: "app.example.com", path: "/ops/**", allow: { groups: ["acme:ops"] } }],
    });
  });
  afterAll(() => stand.close());

  it("gives a member of the team access and sends the identity to the app", async () => {
    const page = await stand.browserOf(ada).open(`${app}/ops/x?a=1`);

    expect(page).toMatchObject({ status: 200, url: `${app}/ops/x?a=1` });
    const heard = stand.echo.heard.at(-1) ?? { headers: [] };
    const identity = ["user", "email", "groups", "preferred-username"].map((name) =>
      valuesOf(heard, `x-auth-request-${name}`),
    );
    expect(identity).toEqual([["470011"], ["ada@example.com"], ["acme,acme:ops"], ["ada"]]);
  });

  it("shows an account of another organisation the denied page, and the rest of the app", async () => {
    const browser = stand.browserOf(bob);
    const before = stand.echo.heard.length;

    const denied = await browser.open(`${app}/ops/x`);
    const heardMeanwhile = stand.echo.heard.length - before;
    const elsewhere = await browser.open(`${app}/`);

    expect(denied).toMatchObject({ status: 403, url: `${app}/ops/x` });
    expect(denied.headers["content-type"]).toContain("text/html");
    expect(denied.body).toContain(`${portal}/start?rd=`);
    expect(heardMeanwhile).toBe(0);
    expect(elsewhere.status).toBe(200);
    expect(valuesOf(stand.echo.heard.at(-1) ?? { headers: [] }, "x-auth-request-email")).toEqual(
      [],
    );
  });

  it("denies a member who left the team, after session.refresh", async () => {
    const browser = stand.browserOf(ada);
    const member = await browser.open(`${app}/ops/x`);
    stand.provider.member = { ...ada, groups: [] };
    stand.clock.aheadMs = 61 * 60_000;

    const late = await browser.open(`${app}/ops/x`);

    expect([member.status, late.status]).toEqual([200, 403]);
  });
});
