import { describe, expect, it } from "vitest";
import { deriveKey, open, seal } from "../../server/cookies/seal.ts";

const key = deriveKey("secret", "salt", "test");

describe("a sealed text", () => {
  it.each(["", "a", "é🚪", "x".repeat(5_000)])("opens to %j", (text) => {
    expect(open(key, "here", seal(key, "here", text))).toBe(text);
  });

  it("differs from every other, and hides the text", () => {
    const sealed = Array.from({ length: 20 }, () => seal(key, "here", "plain text"));

    expect(new Set(sealed).size).toBe(20);
    for (const one of sealed) expect(Buffer.from(one, "base64url").toString()).not.toMatch("plain");
  });

  it.each<[string, readonly [secret: string, salt: string, purpose: string], string]>([
    ["secret", ["another", "salt", "test"], "here"],
    ["salt", ["secret", "another", "test"], "here"],
    ["purpose", ["secret", "salt", "another"], "here"],
    ["context", ["secret", "salt", "test"], "there"],
  ])("does not open with another %s", (_, parts, context) => {
    const sealed = seal(deriveKey("secret", "salt", "test"), "here", "text");

    expect(open(deriveKey(...parts), context, sealed)).toBeUndefined();
  });

  it("does not open with any bit changed", () => {
    const sealed = Buffer.from(seal(key, "here", "text"), "base64url");

    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(open(key, "here", changed.toString("base64url"))).toBeUndefined();
    }
  });

  it("does not open in any part of it, or with more behind it", () => {
    const sealed = seal(key, "here", "");

    for (let length = 0; length < sealed.length; length++)
      expect(open(key, "here", sealed.slice(0, length))).toBeUndefined();
    expect(open(key, "here", `${sealed}AAAA`)).toBeUndefined();
  });

  it("does not open in another spelling of the same bytes", () => {
    const sealed = seal(key, "here", "text of 20 bytes - -");
    const base64 = Buffer.from(sealed, "base64url").toString("base64");

    for (const other of [`${sealed}=`, `${sealed} `, `${sealed}\n`, ` ${sealed}`, `${base64}==`])
      expect(open(key, "here", other)).toBeUndefined();
  });
});
