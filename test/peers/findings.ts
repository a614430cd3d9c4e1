import { check } from "../../server/check/check.ts";
import { configOf } from "./doorward.ts";

/** An issuer at which nothing listens: for what `check` sees without one. */
export const absent = { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" };

/** What `check` says beyond "ok" and of no provider, a line each: of a configuration that is well but for these settings. */
export async function troubles(
  settings: Record<string, unknown>,
  proxy?: string,
): Promise<string[]> {
  const found = await lines(settings, proxy);
  return found.filter((line) => !/^(ok|\w+ provider) /.test(line));
}

/** All that it says, each line with its level. */
export async function lines(settings: Record<string, unknown>, proxy?: string): Promise<string[]> {
  const config = configOf({
    url: "https://auth.example.com",
    providers: { company: absent },
    access: { anyone: true },
    ...settings,
  });
  return (await check(config, proxy)).map(({ level, text }) => `${level} ${text}`);
}
