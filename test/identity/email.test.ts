import { describe, expect, it } from "vitest";
import { parseEmail } from "../../server/identity/email.ts";

describe("an email address", () => {
  it.each([
    ["ada@example.com", "ada@example.com"],
    ["Ada.L+x@Example.COM", "ada.l+x@example.com"],
    ["a@sub.example.com", "a@sub.example.com"],
    ["o'neil@example.com", "o'neil@example.com"],
    ["jürgen@example.com", "jürgen@example.com"],
    ["a@bücher.example", "a@xn--bcher-kva.example"],
    ["a@BÜCHER.example", "a@xn--bcher-kva.example"],
    ["a@XN--Bcher-KVA.example", "a@xn--bcher-kva.example"],
  ])("%s is compared as %s", (written, address) => {
    expect(parseEmail(written)?.address).toBe(address);
  });

  it.each([
    "",
    "@",
    "a@",
    "@example.com",
    "example.com",
    "a@@example.com",
    "attacker@evil.example@example.com",
    '"a@example.com"@evil.example',
    "a@example",
    "a@example.com.",
    "a@.example.com",
    "a@exa mple.com",
    " a@example.com",
    "a@example.com ",
    "a@example.com\n",
    "a@example.com\u0000",
    "a@exa%6dple.com",
    "a@exam\nple.com",
    "a@example.com:25",
    "a@example.com/x",
    "a@compaｎy.com",
    "a@ⓒompany.com",
    "a@comp\uFE0Fany.com",
    "a@comp\u034Fany.com",
    "a@comp\u00ADany.com",
    "a@comp\u200Dany.com",
    "a@\u212Aompany.com",
    "a@-x.com",
    "a@x-.com",
    "a b@example.com",
    "a,b@example.com",
    "<a@example.com>",
    `${"a".repeat(65)}@example.com`,
    `a@${"b".repeat(300)}.com`,
  ])("rejects %j", (written) => {
    expect(parseEmail(written)).toBeUndefined();
  });

  it.each(["ADMİN@example.com", "ａdmin@example.com", "admin@examplе.com"])(
    "%s is not folded into admin@example.com",
    (written) => {
      expect(parseEmail(written)?.address).not.toBe("admin@example.com");
    },
  );

  it("does not lower a Kelvin sign to the letter k", () => {
    expect(parseEmail("\u212Aim@example.com")?.address).not.toBe("kim@example.com");
  });
});
