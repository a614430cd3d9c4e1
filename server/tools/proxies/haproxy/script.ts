import { visitorHeaders } from "../../../forwarded/request-headers.ts";

/** Sends the auth request and applies the answer, which HAProxy's configuration language cannot do. */
export function script(identityHeaders: readonly string[]): string {
  const names = identityHeaders.map((name) => `    "${name}",\n`).join("");
  return `${usage}
-- Identity headers: doorward's values replace those sent by the visitor.
local identity_headers = {
${names}}
${code}`;
}

const usage = `-- Asks doorward about each request, and answers requests that doorward does not allow. HAProxy 2.6 or later.
--
--   http-request lua.doorward BACKEND PATH
--
-- BACKEND contains doorward's address; PATH is the path of its /verify. Sets txn.doorward_allows only when
-- doorward allows the request.
`;

const code = `
-- In milliseconds. HAProxy's HTTP client makes four attempts, so the total is five seconds.
local patience = 1250

-- The headers that doorward reads. Other visitor headers go to the app only.
local told = {
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id", "user-agent",
${visitorHeaders.map((name) => `    "${name}",\n`).join("")}}

-- HAProxy sets these itself.
local hop_by_hop = {
    ["connection"] = true, ["content-length"] = true, ["keep-alive"] = true, ["transfer-encoding"] = true,
}

local function address(name)
    local backend = core.backends[name]
    for _, server in pairs(backend and backend.servers or {}) do
        local status = server:get_stats()["status"]
        if status == "no check" or status:find("^UP") then
            local host, port = server:get_addr():match("^(.*):(%d+)$")
            if host then
                return (host:find(":") and not host:find("^%[") and "[" .. host .. "]" or host) .. ":" .. port
            end
        end
    end
end

-- Describes the visitor's request with the headers that Traefik and Caddy use. pathq is the raw path and query.
local function question(txn)
    local sent = txn.http:req_get_headers()
    local headers = {
        ["host"] = sent["host"],
        ["x-forwarded-method"] = { txn.sf:method() },
        ["x-forwarded-uri"] = { txn.sf:pathq() },
    }
    for _, name in ipairs(told) do
        headers[name] = sent[name]
    end
    -- Without these two, HAProxy's client sends its own values.
    headers["accept"] = headers["accept"] or { "" }
    headers["user-agent"] = headers["user-agent"] or { "" }
    return headers
end

local function joined(values)
    local list, index = {}, 0
    while values and values[index] do
        list[#list + 1] = values[index]
        index = index + 1
    end
    return table.concat(list, ",")
end

-- doorward is down, hangs, or another server answered: every answer of doorward has Cache-Control: no-store.
local function down(txn)
    txn:done(txn:reply({
        status = 503,
        headers = {
            ["content-type"] = { "text/plain" },
            ["cache-control"] = { "no-store" },
            ["retry-after"] = { "5" },
        },
        body = "This page is not available right now. Please try again in a moment.\\n",
    }))
end

local function refuse(txn, answer)
    local reply = txn:reply({ status = answer.status })
    for name, values in pairs(answer.headers) do
        local index = 0
        while values[index] and not hop_by_hop[name] do
            reply:add_header(name, values[index])
            index = index + 1
        end
    end
    reply:set_body(txn.sf:method() == "HEAD" and "" or answer.body or "")
    txn:done(reply)
end

core.register_action("doorward", { "http-req" }, function(txn, backend, path)
    txn:set_var("txn.doorward_allows", false)
    local doorward = address(backend)
    if not doorward then
        return down(txn)
    end
    local answer = core.httpclient():get({
        url = "http://" .. doorward .. path,
        headers = question(txn),
        timeout = patience,
    })
    if not answer or not answer.headers or joined(answer.headers["cache-control"]) ~= "no-store" then
        return down(txn)
    end
    if answer.status ~= 200 then
        return refuse(txn, answer)
    end
    for _, name in ipairs(identity_headers) do
        txn.http:req_set_header(name, joined(answer.headers[name:lower()]))
    end
    txn:set_var("txn.doorward_allows", true)
end, 2)
`;
