import { describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { deriveKey, seal } from "../../server/cookies/seal.ts";
import { RecentStarts } from "../../server/sign-in/recent-starts.ts";
import { testSecret } from "../peers/doorward.ts";

const access = { anyone: true };
const site = createSite({ url: "https://app.example.com/_auth", cookie: {}, access });
const other = createSite({ url: "https://other.example.com", cookie: {}, access });
const target = "https://app.example.com/a";
const replacement = "another secret of at least thirty-two bytes";

/** A browser that keeps the cookie of its starts. */
function browser(secrets: readonly string[] = [testSecret]) {
  const clock = { now: 1_700_000_000_500 };
  let cookies: string | undefined;
  const count = (to = target, starts = new RecentStarts(secrets, () => clock.now), at = site) => {
    const { isLoop, setCookie } = starts.count(at, cookies, to);
    const [pair = ""] = setCookie.split(";");
    cookies = pair.endsWith("=") ? undefined : pair;
    return isLoop;
  };
  return { clock, count, has: () => cookies, keep: (text: string) => void (cookies = text) };
}

/** With the cookie's own name, but other contents. */
function cookieWith(contents: string): string {
  const [name = ""] = new RecentStarts([testSecret], Date.now).forget(site).split("=");
  const key = deriveKey(testSecret, "", "recent starts");
  return `${name}=${seal(key, `recent starts:${site.url.href}`, contents)}`;
}

describe("the starts of a browser within a minute", () => {
  it("are a loop from the third for one target on, which may then begin again", () => {
    const { count } = browser();

    expect([count(), count(), count(), count(), count(), count()]).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it("count for a minute, and not at the time of a clock that was set back", () => {
    const { count, clock } = browser();
    count();
    count();
    clock.now += 59_000;
    const after59 = browser();
    after59.count();
    after59.count();
    after59.clock.now += 60_000;
    const back = browser();
    back.count();
    back.count();
    back.clock.now -= 1_000;

    expect([count(), after59.count(), back.count()]).toEqual([true, false, false]);
  });

  it("are counted by target, for the four last targets", () => {
    const { count } = browser();
    const starts = ["a", "b", "c", "d"].map((path) => [count(path), count(path)]);

    expect(starts.flat()).not.toContain(true);
    expect([count("a"), count("b"), count("c"), count("d")]).toEqual([true, true, true, true]);
  });

  it("are forgotten for the target that came first, if there are more", () => {
    const { count } = browser();
    for (const path of ["a", "b", "c", "d", "e"]) for (const _ of [1, 2]) count(path);

    expect([count("a"), count("e")]).toEqual([false, true]);
  });

  it("count under a secret that was replaced, while it is still configured", () => {
    const { count } = browser();
    count();
    const at = (secrets: string[]) => new RecentStarts(secrets, () => 1_700_000_001_000);

    expect(count(target, at([replacement, testSecret]))).toBe(false);
    expect(count(target, at([replacement]))).toBe(true);
    expect(count(target, at([testSecret]))).toBe(false);
  });

  it("do not count at another site", () => {
    const { count } = browser();
    const starts = new RecentStarts([testSecret], () => 1_700_000_000_500);
    count(target, starts, site);
    count(target, starts, site);

    expect(count(target, starts, other)).toBe(false);
  });

  it.each(["[]", "{}", '[["x"]]', '[["x",["1"]]]', '[["x",[1],2]]', "null"])(
    "do not count from a cookie with the contents %s",
    (contents) => {
      const { count, keep } = browser();
      keep(cookieWith(contents));

      expect(count()).toBe(false);
    },
  );
});

describe("the cookie of the starts", () => {
  it("reaches /start only, for a minute", () => {
    const { setCookie } = new RecentStarts([testSecret], Date.now).count(site, undefined, target);

    expect(setCookie).toMatch(
      /^__Secure-doorward-[\w-]+-starts=[\w.-]+; Path=\/_auth\/start; Max-Age=60; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(setCookie).not.toContain(Buffer.from(target).toString("base64url").slice(0, 10));
  });

  it("is removed by the same name and path", () => {
    const starts = new RecentStarts([testSecret], Date.now);
    const [name] = starts.count(site, undefined, target).setCookie.split("=");

    expect(starts.forget(site)).toMatch(new RegExp(`^${name}=; Path=/_auth/start; Max-Age=0;`));
  });

  it("is not sealed without a secret", () => {
    expect(() => new RecentStarts([], Date.now).count(site, undefined, target)).toThrow(
      "no secret is configured",
    );
  });
});
