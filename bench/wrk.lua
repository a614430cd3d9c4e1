-- The requests of wrk: each template in turn, its gaps filled with one of the fills.
-- Arguments after `--`: the folder, "each" (in order) or "any" (uniformly random), the pause in ms between a
-- response and the next request on its connection, the seed, the first turn, and the number of TLS handshakes before
-- the first request of a load with pauses.

local gap = "\1"
local templates, fills, made = {}, {}, {}
local isInOrder, turn = false, 0
local handshakeMs = 200

-- The host of an https URL is the name in the TLS handshake only: every server is on loopback.
local lookup = wrk.lookup
function wrk.lookup(_, service) return lookup("127.0.0.1", service) end

local function split(text)
  local pieces = {}
  for piece in (text .. gap):gmatch("(.-)" .. gap) do pieces[#pieces + 1] = piece end
  return pieces
end

function init(words)
  local folder = words[1]
  isInOrder = words[2] == "each"
  local pause = tonumber(words[3])
  if pause > 0 then
    -- Random, so that the connections do not all send in the same millisecond.
    local handshakes = tonumber(words[6])
    function delay()
      handshakes = handshakes - 1
      return math.random(0, 2 * pause) + (handshakes >= 0 and handshakeMs or 0)
    end
  end
  math.randomseed(tonumber(words[4]))
  turn = tonumber(words[5])
  for line in io.lines(folder .. "/fills") do fills[#fills + 1] = line end
  local file = io.open(folder .. "/templates", "rb")
  for text in (file:read("*a") .. "\2"):gmatch("(.-)\2") do templates[#templates + 1] = split(text) end
  file:close()
  if #fills > 10000 then return end
  for number, template in ipairs(templates) do
    made[number] = {}
    for index, fill in ipairs(fills) do made[number][index] = table.concat(template, fill) end
  end
end

function request()
  turn = turn + 1
  local number = turn % #templates + 1
  local index = isInOrder and turn % #fills + 1 or math.random(#fills)
  local ready = made[number]
  return ready and ready[index] or table.concat(templates[number], fills[index])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"broken":%d,"refused":%d,"p50Ms":%f,"p99Ms":%f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
