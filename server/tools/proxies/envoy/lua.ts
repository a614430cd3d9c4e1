import {
  identityPrefixes,
  namesAboutTheRequest,
  namesWithoutPrefix,
  namesOfIdentity,
} from "../visitor-headers.ts";

/** Headers with which a visitor could describe another request to doorward or the app. */
const aboutTheRequest = [...namesAboutTheRequest.map((name) => name.toLowerCase()), "x-real-ip"];

/**
 * Removes the headers that only doorward or the proxy may set. In Lua, because Envoy's own settings match exact
 * names only, and PHP apps read X.Auth.Request.User as X-Auth-Request-User.
 */
export function stripHeaders(identityHeaders: readonly string[]): string {
  const names = namesWithoutPrefix(namesOfIdentity(identityHeaders));
  const all = [...new Set([...names.map((name) => name.toLowerCase()), ...aboutTheRequest])];
  const prefixes = identityPrefixes.map((prefix) => prefix.toLowerCase());
  return `local names = {
${all.map((name) => `  ["${name}"] = true,\n`).join("")}}
local prefixes = {
${prefixes.map((prefix) => `  "${prefix}",\n`).join("")}}
-- Envoy sets these itself; any other x-forwarded- header comes from the visitor.
local forwarded = { ["x-forwarded-for"] = true, ["x-forwarded-proto"] = true }

local function is_ours(name)
  if names[name] or name:find("[^%w%-:]") then
    return true
  end
  for _, prefix in ipairs(prefixes) do
    if name:sub(1, #prefix) == prefix then
      return true
    end
  end
  return name:sub(1, 12) == "x-forwarded-" and not forwarded[name]
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local taken = {}
  for name in pairs(headers) do
    if is_ours(name:lower()) then
      taken[#taken + 1] = name
    end
  end
  for _, name in ipairs(taken) do
    headers:remove(name)
  end
  -- Envoy appends the client address; addresses before it come from the visitor.
  local from = (headers:get("x-forwarded-for") or ""):match("([^,%s]+)%s*$")
  headers:remove("x-forwarded-for")
  if from then
    headers:add("x-forwarded-for", from)
  end
  headers:add("x-forwarded-host", headers:get(":authority"))
end
`;
}

/** Removes doorward's session cookie: an app that stores or leaks it would give access to every other app. */
export const keepCookie = `function envoy_on_request(handle)
  local headers = handle:headers()
  local kept = {}
  for index = 0, headers:getNumValues("cookie") - 1 do
    for cookie in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      local bare = cookie:match("^%s*(.-)%s*$")
      if not bare:find("^__Host%-doorward%-%x%x%x%x%x%x=") and not bare:find("^__Secure%-doorward%-%x%x%x%x%x%x=") then
        kept[#kept + 1] = bare
      end
    end
  end
  headers:remove("cookie")
  if #kept > 0 then
    headers:add("cookie", table.concat(kept, "; "))
  end
end
`;
