/** Each reads and writes one key, so that it is one step, and runs in a Cluster too. */

/** KEYS: the record. ARGV: the version that must stand there, the new record, seconds. */
export const replaceScript = `
local current = redis.call('GET', KEYS[1])
if not current then return 0 end
local isRead, record = pcall(cjson.decode, current)
if not isRead or type(record) ~= 'table' or record.version ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1`;

/** KEYS: the claim. ARGV: its holder, milliseconds. */
export const extendScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: the claim. ARGV: its holder. */
export const releaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;
