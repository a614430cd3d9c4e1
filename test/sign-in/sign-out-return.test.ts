import { expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { SignOutReturns } from "../../server/sign-in/sign-out-return.ts";
import { testSecret } from "../peers/doorward.ts";

const access = { anyone: true };
const site = createSite({ url: "https://app.example.com/_auth", cookie: {}, access });
const other = createSite({ url: "https://other.example.com", cookie: {}, access });
const returns = new SignOutReturns([testSecret]);
const later = new SignOutReturns(["another secret of at least thirty-two bytes", testSecret]);
const target = "https://app.example.com/a?b=c";

function begun(returnTo: string | undefined = target) {
  const { state, setCookie } = returns.begin(site, returnTo);
  return { state, setCookie, cookie: setCookie.split(";")[0] };
}

it("returns the target of a sign-out to the browser that began it", () => {
  const { state, cookie, setCookie } = begun();

  expect(state).toMatch(/^[\w-]{22}$/);
  expect(setCookie).toMatch(
    /^__Host-doorward-[\w-]+-out=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(returns.find(site, cookie, state)).toBe(target);
  expect(later.find(site, cookie, state)).toBe(target);
});

it("finds no target with another state, site, secret or browser", () => {
  const { state, cookie } = begun();
  const withAnother = new SignOutReturns(["a third secret of at least thirty-two bytes"]);

  expect(returns.find(site, cookie, begun().state)).toBeUndefined();
  expect(returns.find(other, cookie, state)).toBeUndefined();
  expect(withAnother.find(site, cookie, state)).toBeUndefined();
  expect(returns.find(site, undefined, state)).toBeUndefined();
  expect(returns.find(site, "a=b", state)).toBeUndefined();
});

it("differs between a sign-out without a target and no sign-out", () => {
  const { state, setCookie } = returns.begin(site, undefined);

  expect(returns.find(site, setCookie.split(";")[0], state)).toBe("");
});

it("reduces a target of more than 500 characters to its origin", () => {
  const fits = target.padEnd(500, "x");
  const found = [fits, `${fits}x`].map((returnTo) => {
    const { state, cookie } = begun(returnTo);
    return returns.find(site, cookie, state);
  });

  expect(found).toEqual([fits, "https://app.example.com/"]);
});

it("is removed by the same name", () => {
  const [name] = begun().setCookie.split("=");

  expect(returns.forget(site)).toMatch(new RegExp(`^${name}=; Path=/; Max-Age=0;`));
});

it("is not sealed without a secret", () => {
  expect(() => new SignOutReturns([]).begin(site, target)).toThrow("no secret is configured");
});
