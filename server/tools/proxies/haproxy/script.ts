import { visitorHeaders } from "../../../forwarded/request-headers.ts";

/** The question and its answer, which HAProxy has no words for in its own configuration. */
export function script(identityHeaders: readonly string[]): string {
  const names = identityHeaders.map((name) => `    "${name}",\n`).join("");
  return `${usage}
-- The app gets doorward's word for each of these, and nobody else's.
local identity_headers = {
${names}}
${code}`;
}

const usage = `-- Asks doorward about a request, and answers in its place whoever may not pass. HAProxy 2.6 or later.
--
--   http-request lua.doorward BACKEND PATH
--
-- BACKEND holds doorward's address, PATH is that of its /verify. An allow, and nothing else, sets
-- txn.doorward_allows.
`;

const code = `
-- Milliseconds. HAProxy's own client asks four times before it gives up, which makes five seconds.
local patience = 1250

-- All that doorward reads. What else a visitor sends is the app's alone.
local told = {
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "user-agent",
${visitorHeaders.map((name) => `    "${name}",\n`).join("")}}

-- HAProxy writes these itself.
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

-- A visitor's request in the words of Traefik and Caddy. pathq is the raw path and query.
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
    -- Without these two HAProxy's client would write its own.
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

-- doorward is down, hangs, or somebody else answers in its place: its own answers are never to be stored.
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
