import { familiesToStrip, otherNamesToStrip } from "./visitor-headers.ts";

/** A Lua function that tells whether a header, in lower case, may come from the visitor: for Envoy and APISIX. */
export function spoofableInLua(
  identityHeaders: readonly string[],
  more: readonly string[],
): string {
  const names = new Set(
    [...otherNamesToStrip(identityHeaders), ...more].map((name) => name.toLowerCase()),
  );
  return `local names = {
${[...names].map((name) => `  ["${name}"] = true,\n`).join("")}}
-- Whole families, because an app that trusts one header of a family often reads others too.
local families = {
${familiesToStrip.map((family) => `  "${family.toLowerCase()}",\n`).join("")}}

local function is_spoofable(name)
  -- PHP and WSGI apps read X.Auth.Request.User and X_Auth_Request_User as X-Auth-Request-User.
  if names[name] or name:find("[^%w%-:]") then
    return true
  end
  for _, family in ipairs(families) do
    if name:sub(1, #family) == family then
      return true
    end
  end
  return false
end
`;
}
