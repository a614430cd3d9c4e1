import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { oauth2ProxyCookieSecret } from "../../test/peers/oauth2-proxy.ts";
import type { RedisServer } from "../../test/peers/redis.ts";
import type { Session } from "./sign-in.ts";

/**
 * oauth2-proxy decodes a secret of 32 base64 characters for the encryption: 24 bytes, so AES-192. For the signature it
 * takes the characters.
 */
const cipher = "aes-192-cfb";
const key = Buffer.from(oauth2ProxyCookieSecret, "base64url");
const ivBytes = 16;

/**
 * Sessions in cookies, made from one that oauth2-proxy opened: each is encrypted with an initialization vector of its
 * own, so no two cookies have more than their length in common. A hundred thousand sign-ins would take ten minutes.
 */
export function copiesInCookies(session: Session, count: number): Session[] {
  const { name, value, time } = parse(session.cookies);
  const decipher = createDecipheriv(cipher, key, value.subarray(0, ivBytes));
  const content = decipher.update(value.subarray(ivBytes));
  return Array.from({ length: count }, () => {
    const iv = randomBytes(ivBytes);
    const encrypted = createCipheriv(cipher, key, iv).update(content);
    const cookies = signed(name, Buffer.concat([iv, encrypted]), time);
    return { ...session, cookies };
  });
}

/** Copies a session of oauth2-proxy in Redis to other keys. Its cookie contains the key and the record's secret. */
export async function copiesInRedis(
  session: Session,
  count: number,
  redis: RedisServer,
): Promise<Session[]> {
  const { name, value, time } = parse(session.cookies);
  const [version, id = "", recordSecret] = value.toString().split(".");
  const record = Buffer.from(id, "base64url").toString();
  // 32 hexadecimal digits, as in the keys of oauth2-proxy.
  const copy = `
    local record = redis.call("GET", KEYS[1])
    for index = 1, tonumber(ARGV[2]) do
      redis.call("SET", ARGV[1] .. string.format("-%032x", index), record, "EX", 86400)
    end`;
  await redis.cli("eval", copy, "1", record, name, String(count));
  return Array.from({ length: count }, (_, index) => {
    const other = `${name}-${(index + 1).toString(16).padStart(32, "0")}`;
    const ticket = [version, Buffer.from(other).toString("base64url"), recordSecret].join(".");
    return { ...session, cookies: signed(name, Buffer.from(ticket), time) };
  });
}

/** `name=VALUE|TIME|SIGNATURE`. */
function parse(cookie: string): { name: string; value: Buffer; time: string } {
  const [, name, value, time] = /^([^=;]+)=([^|;]+)\|(\d+)\|[^;]+$/.exec(cookie) ?? [];
  if (name === undefined || value === undefined || time === undefined)
    throw new Error(`oauth2-proxy's cookie has an unknown form: ${cookie}`);
  return { name, value: Buffer.from(value, "base64url"), time };
}

function signed(name: string, value: Buffer, time: string): string {
  const encoded = padded(value.toString("base64url"));
  const signature = createHmac("sha256", oauth2ProxyCookieSecret);
  for (const part of [name, encoded, time]) signature.update(part);
  return `${name}=${encoded}|${time}|${padded(signature.digest("base64url"))}`;
}

/** Go's URL encoding of base64 has padding; Node's has none. */
function padded(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
}
