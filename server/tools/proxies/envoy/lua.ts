import { spoofableInLua } from "../spoofable-in-lua.ts";

/** Removes the headers that only doorward or the proxy may set. In Lua, because Envoy's own settings match exact names. */
export function stripHeaders(identityHeaders: readonly string[]): string {
  return `${spoofableInLua(identityHeaders, ["x-real-ip"])}
-- Envoy sets these itself; any other x-forwarded- header comes from the visitor.
local forwarded = { ["x-forwarded-for"] = true, ["x-forwarded-proto"] = true }

function envoy_on_request(handle)
  local headers = handle:headers()
  local taken = {}
  for name in pairs(headers) do
    local lower = name:lower()
    if is_spoofable(lower) or lower:sub(1, 12) == "x-forwarded-" and not forwarded[lower] then
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
