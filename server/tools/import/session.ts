import { duration } from "./go-values.ts";
import { present } from "./provider.ts";
import type { Settings } from "./settings.ts";

const usualSeconds = 168 * 3600;

/** Session lifetimes. oauth2-proxy has no idle timeout, so `idle` equals `lifetime`. */
export function importSession(from: Settings): Record<string, unknown> {
  const expire = from.seconds("cookie_expire") ?? usualSeconds;
  const refresh = from.seconds("cookie_refresh") ?? 0;
  const lifetime = expire === 0 ? usualSeconds : expire;
  if (expire === 0)
    from.note(
      "different",
      "cookie_expire",
      '"0" ended a session with the browser; doorward ends it after 7 days: set session.lifetime to change that',
    );
  if (refresh > 0) {
    from.note(
      "different",
      "cookie_refresh",
      "a refresh also reads the groups again, and does not extend a session beyond session.lifetime",
    );
  } else {
    from.note(
      "different",
      "cookie_refresh",
      "doorward checks sessions with the issuer every hour where that is possible, and an account removed there loses access: set session.refresh to change the interval",
    );
  }
  return present({
    lifetime: duration(lifetime),
    idle: duration(lifetime),
    refresh: refresh > 0 ? duration(refresh) : undefined,
  });
}
