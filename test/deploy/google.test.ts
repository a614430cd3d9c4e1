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

/** Of everybody's groups, those that matter: Ada is in one that is in the one that may pass. */
const directory = { crew: ["ops", "eve@partner.example"], ops: ["ada@example.com"] };

describe("an app behind nginx that is for one of Google's groups", () => {
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

  /** Goes to the app, is sent to Google, says yes there, and ends where that leads. */
  async function arrive(member: Member) {
    const browser = stand.browserOf(member);
    return { browser, end: await browser.open(`${app}/page`) };
  }

  it.each([
    ["a member through a group in the group", ada],
    ["a member of another domain", eve],
  ])("lets %s in, and tells the app of the group", async (_, member) => {
    const { end } = await arrive(member);

    expect(end).toMatchObject({ url: `${app}/page`, status: 200 });
    const [told] = stand.echo.heard.slice(-1);
    expect(told && valuesOf(told, "x-auth-request-groups")).toEqual(["crew@example.com"]);
    expect(told && valuesOf(told, "x-auth-request-email")).toEqual([member.email]);
  });

  it("stays closed to somebody of the same domain who is in no such group", async () => {
    const heard = stand.echo.heard.length;

    const { browser, end } = await arrive(bob);
    const again = await browser.ask(`${app}/page`);

    expect([end.status, again.status]).toEqual([403, 401]);
    expect(stand.echo.heard).toHaveLength(heard);
  });

  it("stays closed while the directory is down, and says why", async () => {
    isDown = true;

    const { end } = await arrive(ada);

    expect(end.status).toBe(403);
    expect(end.body).toContain("could not be looked up just now");
  });

  it("closes to a member who has left the group, once Google is asked again", async () => {
    const { browser, end } = await arrive(eve);
    directory.crew.pop();
    stand.clock.aheadMs = 2 * 60 * 60_000;

    const later = await browser.ask(`${app}/page`);

    expect([end.status, later.status]).toEqual([200, 403]);
  });
});
