import type { PublicHost } from "../public-hosts.ts";
import { spoofableInLua } from "../spoofable-in-lua.ts";
import { namesAboutTheRequest } from "../visitor-headers.ts";

/** Headers that describe the client or the request; APISIX sets its own. */
const aboutTheConnection = [
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Port",
  "X-Forwarded-Proto",
  "X-Real-IP",
];

/** Headers with which a visitor could describe another request. */
export const aboutTheRequest = [
  ...aboutTheConnection,
  "X-Forwarded-Method",
  "X-Forwarded-Prefix",
  "X-Forwarded-Uri",
  ...namesAboutTheRequest,
];

/**
 * APISIX decodes the URI, so `/login%3F/x` becomes `/login` with a query: doorward and the app would see different
 * requests. This function restores the raw URI for both.
 */
export function beforeForwardAuth(
  { host, authority, port }: PublicHost,
  identityHeaders: readonly string[],
): string {
  const withPort = authority === host ? "" : ` .. ":${port}"`;
  return `${spoofableInLua(identityHeaders, aboutTheConnection)}
return function(conf, ctx)
  local core = require("apisix.core")
  -- Remove headers that only doorward or APISIX may set. Zero means all headers: by default, the list stops at 100.
  for name in pairs(ngx.req.get_headers(0)) do
    if is_spoofable(name) then
      core.request.set_header(ctx, name, nil)
    end
  end
  -- doorward and the app get the raw URI, and the host by which APISIX chose this route.
  ctx.var.request_uri = ctx.var.real_request_uri
  ctx.var.upstream_uri = ctx.var.real_request_uri
  ctx.var.host = ctx.var.host${withPort}
  ctx.var.upstream_host = ctx.var.host
end
`;
}

export const beforeApp = `return function(conf, ctx)
  local core = require("apisix.core")
  local sent = core.request.header(ctx, "Cookie")
  if not sent then
    return
  end
  -- Remove doorward's session cookie: an app that stores or leaks it would give access to every other app.
  local kept = {}
  for cookie in sent:gmatch("[^;]+") do
    local bare = cookie:match("^%s*(.-)%s*$")
    if not bare:find("^__Host%-doorward%-%x%x%x%x%x%x=") and not bare:find("^__Secure%-doorward%-%x%x%x%x%x%x=") then
      kept[#kept + 1] = bare
    end
  end
  core.request.set_header(ctx, "Cookie", #kept > 0 and table.concat(kept, "; ") or nil)
end
`;
