import type { PublicHost } from "../public-hosts.ts";
import { namesAboutTheRequest, namesOfIdentity } from "../visitor-headers.ts";

/** Names by which a visitor could tell of another request. */
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
 * What APISIX calls the request's URI it has decoded, and `/login%3F/x` then reads as `/login` with a query: one
 * request for doorward and another for the app. So both get what was sent. Names one by one, for a list of all
 * headers ends after a hundred of them.
 */
export function beforeTheQuestion(
  { host, authority, port }: PublicHost,
  identityHeaders: readonly string[],
): string {
  const names = [...namesOfIdentity(identityHeaders), ...aboutTheRequest];
  const withPort = authority === host ? "" : ` .. ":${port}"`;
  return `return function(conf, ctx)
  local core = require("apisix.core")
  -- Every header that would speak for doorward or for this proxy.
  for _, name in ipairs({
${names.map((name) => `    "${name}",\n`).join("")}  }) do
    core.request.set_header(ctx, name, nil)
  end
  -- The URI as it was sent, and the host by which this route was chosen: for doorward, and for the app.
  ctx.var.request_uri = ctx.var.real_request_uri
  ctx.var.upstream_uri = ctx.var.real_request_uri
  ctx.var.host = ctx.var.host${withPort}
  ctx.var.upstream_host = ctx.var.host
end
`;
}

export const beforeTheApp = `return function(conf, ctx)
  local core = require("apisix.core")
  local sent = core.request.header(ctx, "Cookie")
  if not sent then
    return
  end
  -- An app that keeps or leaks doorward's own cookie would give away a key that opens every other app too.
  local kept = {}
  for cookie in sent:gmatch("[^;]+") do
    local bare = cookie:match("^%s*(.-)%s*$")
    if not bare:find("^__Host%-doorward=") and not bare:find("^__Secure%-doorward=") then
      kept[#kept + 1] = bare
    end
  end
  core.request.set_header(ctx, "Cookie", #kept > 0 and table.concat(kept, "; ") or nil)
end
`;
