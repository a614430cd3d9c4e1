import { randomBytes } from "node:crypto";
import { tokenLength } from "../memory/packed-token.ts";

/** 256 random bits in base64url. */
const grammar = /^[A-Za-z0-9_-]{43}$/;

/** The value of a session cookie. */
export function createToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Rejects malformed tokens before the store is read. */
export function isToken(text: string): boolean {
  return grammar.test(text);
}

/** Whether the cookie's value that begins there is no longer than a token. */
export function endsAsToken(cookies: string, start: number): boolean {
  const end = start + tokenLength;
  return end === cookies.length || cookies.charCodeAt(end) === 59; /* ; */
}
