/** Each script is atomic and uses one key, so that it also runs in a Cluster. */

/** KEYS: the record. ARGV: the expected version, the new record, its TTL in seconds. */
export const replaceScript = `
local current = redis.call('GET', KEYS[1])
if not current then return 0 end
local isRead, record = pcall(cjson.decode, current)
if not isRead or type(record) ~= 'table' or record.version ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1`;

/** KEYS: the claim. ARGV: its holder, the TTL in milliseconds. */
export const extendScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: the claim. ARGV: its holder. */
export const releaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;
