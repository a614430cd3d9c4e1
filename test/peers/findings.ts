import { check } from "../../server/check/check.ts";
import { configOf } from "./doorward.ts";

/** An unreachable issuer, for the findings that need none. */
export const absent = { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" };

/**
 * The findings of `check` other than "ok", those about providers, and those about the public address, which no test has:
 * for a valid configuration with these settings.
 */
export async function troubles(
  settings: Record<string, unknown>,
  proxy?: string,
): Promise<string[]> {
  const found = await lines(settings, proxy);
  return found.filter(
    (line) => !/^(ok|\w+ provider|unknown not known whether \S+\/verify) /.test(line),
  );
}

/** All findings, each with its level. */
export async function lines(settings: Record<string, unknown>, proxy?: string): Promise<string[]> {
  const config = configOf({
    url: "https://auth.example.com",
    providers: { company: absent },
    access: { anyone: true },
    ...settings,
  });
  return (await check(config, proxy)).map(({ level, text }) => `${level} ${text}`);
}
