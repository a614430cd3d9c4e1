import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Member, StandIn } from "../peers/provider-stand-in.ts";
import { admin, google, memberships, writeKeyFile } from "../providers/stand-ins/google.ts";
import { valuesOf } from "./gate.ts";
import { app, openProviderStand, type ProviderStand } from "./provider-stand.ts";

const ada: Member = {
  id: "104719483920475610293",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: [],
};
const bob = { ...ada, id: "115820394857610293847", email: "bob@example.com" };
const eve = { ...ada, id: "126931405968721304958", email: "eve@partner.example" };

/** Group memberships: Ada is in a group that is in the group with access. */
const directory = { crew: ["ops", "eve@partner.example"], ops: ["ada@example.com"] };

describe("an app behind nginx for one Google group", () => {
  let stand: ProviderStand;
  let isDown = false;

  beforeAll(async () => {
    const others = Object.entries(memberships(directory)).map(([path, answer]) => [
      path,
      (...asked: Parameters<typeof answer>) =>
        isDown ? { status: 503, body: { error: { code: 503 } } } : answer(...asked),
    ]);
    const groups = ["crew@example.com", "board@example.com"];
    const standIn: StandIn = {
      ...google,
      settings: (origin) => ({
        ...google.settings(origin),
        directory: { serviceAccountFile: writeKeyFile(origin), admin, groups },
      }),
      others: Object.fromEntries(others),
    };
    stand = await openProviderStand("google", standIn, {
      access: { groups: ["crew@example.com"] },
    });
  });
  afterAll(() => stand.close());

  beforeEach(() => {
    isDown = false;
  });

  /** Opens the app and signs in at Google. */
  async function arrive(member: Member) {
    const browser = stand.browserOf(member);
    return { browser, end: await browser.open(`${app}/page`) };
  }

  it.each([
    ["a member through a group in the group", ada],
    ["a member of another domain", eve],
  ])("gives access to %s, and sends the group to the app", async (_, member) => {
    const { end } = await arrive(member);

    expect(end).toMatchObject({ url: `${app}/page`, status: 200 });
    const [last] = stand.echo.heard.slice(-1);
    expect(last && valuesOf(last, "x-auth-request-groups")).toEqual(["crew@example.com"]);
    expect(last && valuesOf(last, "x-auth-request-email")).toEqual([member.email]);
  });

  it("denies an account of the same domain that is not in the group", async () => {
    const heard = stand.echo.heard.length;

    const { browser, end } = await arrive(bob);
    const again = await browser.ask(`${app}/page`);

    expect([end.status, again.status]).toEqual([403, 401]);
    expect(stand.echo.heard).toHaveLength(heard);
  });

  it("denies access while the directory is down, and shows the reason", async () => {
    isDown = true;

    const { end } = await arrive(ada);

    expect(end.status).toBe(403);
    expect(end.body).toContain("could not be looked up just now");
  });

  it("denies a member who left the group, after session.refresh", async () => {
    const { browser, end } = await arrive(eve);
    directory.crew.pop();
    stand.clock.aheadMs = 2 * 60 * 60_000;

    const later = await browser.ask(`${app}/page`);

    expect([end.status, later.status]).toEqual([200, 403]);
  });
});
