import {
  believedPrefixes,
  namesAboutTheRequest,
  namesBesidePrefixes,
  namesOfIdentity,
} from "../visitor-headers.ts";

/** Names by which a visitor could tell doorward or the app of another request. */
const aboutTheRequest = [...namesAboutTheRequest.map((name) => name.toLowerCase()), "x-real-ip"];

/**
 * Takes every header off that would speak for doorward or for the proxy. Envoy's own ways take exact names
 * alone, and apps behind PHP read X.Auth.Request.User as X-Auth-Request-User.
 */
export function stripHeaders(identityHeaders: readonly string[]): string {
  const names = namesBesidePrefixes(namesOfIdentity(identityHeaders));
  const all = [...new Set([...names.map((name) => name.toLowerCase()), ...aboutTheRequest])];
  const prefixes = believedPrefixes.map((prefix) => prefix.toLowerCase());
  return `local names = {
${all.map((name) => `  ["${name}"] = true,\n`).join("")}}
local prefixes = {
${prefixes.map((prefix) => `  "${prefix}",\n`).join("")}}
-- What Envoy itself says of the request; all else that begins so is the visitor's.
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
  -- Envoy has added the address it sees; what stands before it is the visitor's.
  local from = (headers:get("x-forwarded-for") or ""):match("([^,%s]+)%s*$")
  headers:remove("x-forwarded-for")
  if from then
    headers:add("x-forwarded-for", from)
  end
  headers:add("x-forwarded-host", headers:get(":authority"))
end
`;
}

/** An app that keeps or leaks doorward's own cookie would give away a key that opens every other app too. */
export const keepCookie = `function envoy_on_request(handle)
  local headers = handle:headers()
  local kept = {}
  for index = 0, headers:getNumValues("cookie") - 1 do
    for cookie in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      local bare = cookie:match("^%s*(.-)%s*$")
      if not bare:find("^__Host%-doorward=") and not bare:find("^__Secure%-doorward=") then
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
