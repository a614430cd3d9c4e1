import type { PublicHost } from "../public-hosts.ts";
import { namesAboutTheRequest, namesOfIdentity } from "../visitor-headers.ts";

/** Headers with which a visitor could describe another request. */
export const aboutTheRequest = [
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Method",
  "X-Forwarded-Port",
  "X-Forwarded-Prefix",
  "X-Forwarded-Proto",
  "X-Forwarded-Uri",
  "X-Real-IP",
  ...namesAboutTheRequest,
];

/**
 * APISIX decodes the URI, so `/login%3F/x` becomes `/login` with a query: doorward and the app would see different
 * requests. This function restores the raw URI for both. It removes headers by name, because APISIX's list of
 * all headers stops at 100.
 */
export function beforeForwardAuth(
  { host, authority, port }: PublicHost,
  identityHeaders: readonly string[],
): string {
  const names = [...namesOfIdentity(identityHeaders), ...aboutTheRequest];
  const withPort = authority === host ? "" : ` .. ":${port}"`;
  return `return function(conf, ctx)
  local core = require("apisix.core")
  -- Remove headers that only doorward or APISIX may set.
  for _, name in ipairs({
${names.map((name) => `    "${name}",\n`).join("")}  }) do
    core.request.set_header(ctx, name, nil)
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
