-- Runs a Lua function of APISIX on headers.
-- Input: a count, then pairs of "<bytes> <bytes>\n<name><value>". Output: the same.

local list = {}

local function same(one, other)
    return one:lower() == other:lower()
end

local function all(name)
    local values = {}
    for _, pair in ipairs(list) do
        if same(pair[1], name) then values[#values + 1] = pair[2] end
    end
    return values
end

local function remove(name)
    for index = #list, 1, -1 do
        if same(list[index][1], name) then table.remove(list, index) end
    end
end

local function add(name, value)
    list[#list + 1] = { name, assert(value, "a header without a value") }
end

package.preload["apisix.core"] = function()
    return {
        request = {
            header = function(_, name) return all(name)[1] end,
            set_header = function(_, name, value)
                remove(name)
                if value then add(name, value) end
            end,
        },
    }
end

-- OpenResty: names in lower case; at most 100 unless the argument is 0.
ngx = { req = { get_headers = function(most)
    local found, count = {}, 0
    for _, pair in pairs(list) do
        if not pair[1]:find("^:") then
            count = count + 1
            if most ~= 0 and count > (most or 100) then break end
            found[pair[1]:lower()] = pair[2]
        end
    end
    return found
end } }

-- A variable of APISIX is passed as a header whose name begins with a colon.
local var = setmetatable({}, {
    __index = function(_, name) return all(":" .. name)[1] end,
    __newindex = function(_, name, value)
        remove(":" .. name)
        add(":" .. name, value)
    end,
})

local written = assert(loadfile(arg[1]))()

while true do
    local count = io.read("*n")
    if not count then break end
    list = {}
    for _ = 1, count do
        local name, value = io.read("*n", "*n")
        io.read(1)
        list[#list + 1] = { io.read(name) or "", value > 0 and io.read(value) or "" }
    end
    written({}, { var = var })
    io.write(#list, "\n")
    for _, pair in ipairs(list) do
        io.write(#pair[1], " ", #pair[2], "\n", pair[1], pair[2])
    end
    io.flush()
end
