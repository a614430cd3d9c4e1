import type { Config } from "../config/schema.ts";

/**
 * Where recipes of oauth2-proxy say that a visitor wanted to go, beside `rd`. Anybody may write it, as anybody may
 * write `rd`: it passes the same allowlist.
 */
export function compatTarget({ compat }: Pick<Config, "compat">, headers: Headers): string | null {
  return compat === undefined ? null : headers.get("x-auth-request-redirect");
}
