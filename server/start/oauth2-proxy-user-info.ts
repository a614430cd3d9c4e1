import type { SiteContext, Endpoint } from "../context.ts";
import { signInRequired } from "../errors.ts";
import { isForwarded } from "../forwarded/read-forwarded.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { HttpResponse, json } from "../http/response.ts";
import { createUserFinder } from "./user-info.ts";

/**
 * oauth2-proxy's `/oauth2/userinfo`, in its field names: 200 with the user of the session, or 401. It knows no page, so
 * it refuses the auth requests of proxies, which would take the 200 for an allow.
 */
export function createOAuth2ProxyUserInfo(context: SiteContext): Endpoint {
  const findUser = createUserFinder(context);

  return async ({ req: { headers } }, asked) => {
    if (isForwarded(new RequestHeaders([...headers].flat())))
      return json(403, { error: "not_for_proxies" });
    const found = await findUser(headers, asked);
    if (found instanceof HttpResponse) return found;
    if (found?.hasAccess !== true) return json(401, { error: signInRequired });
    const { subject, email = "", groups, preferredUsername } = found.identity;
    return json(200, {
      user: subject,
      email,
      groups: groups.length === 0 ? undefined : groups,
      preferredUsername,
    });
  };
}
