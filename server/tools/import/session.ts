import { duration } from "./go-values.ts";
import { present } from "./provider.ts";
import type { Settings } from "./settings.ts";

const usualSeconds = 168 * 3600;

/** How long somebody stays signed in. oauth2-proxy knows no idle time, so it is as long as the session. */
export function importSession(from: Settings): Record<string, unknown> {
  const expire = from.seconds("cookie_expire") ?? usualSeconds;
  const refresh = from.seconds("cookie_refresh") ?? 0;
  const lifetime = expire === 0 ? usualSeconds : expire;
  if (expire === 0)
    from.note(
      "different",
      "cookie_expire",
      "a session ends after 7 days, and not when the browser is closed: change session.lifetime",
    );
  if (refresh > 0) {
    from.note(
      "different",
      "cookie_refresh",
      "a refresh does not prolong a session beyond session.lifetime, and asks for groups again",
    );
  } else {
    from.note(
      "different",
      "cookie_refresh",
      "the issuer is asked again every hour where it can be, and people removed there are out: session.refresh",
    );
  }
  return present({
    lifetime: duration(lifetime),
    idle: duration(lifetime),
    refresh: refresh > 0 ? duration(refresh) : undefined,
  });
}
