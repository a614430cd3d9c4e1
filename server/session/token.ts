import { randomBytes } from "node:crypto";

/** 256 random bits in base64url. */
const grammar = /^[A-Za-z0-9_-]{43}$/;

/** What a browser brings to be known again. */
export function createToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Anything else is refused before the store is asked. */
export function isToken(text: string): boolean {
  return grammar.test(text);
}
