-- Take tokens from buckets and say what is left in each.
--
-- KEYS[i]            a bucket; on a cluster all of one call share a slot
-- ARGV[1]            units of one token
-- ARGV[3 * i - 1]    tokens to take, 1 or more; they were given out already, so the level may go below zero,
--                    down to one burst
-- ARGV[3 * i]        burst: capacity in tokens
-- ARGV[3 * i + 1]    refill in tokens per minute; with 60000 units a token this is units per millisecond
-- returns            the level of each bucket in units
--
-- A bucket is the string "level at_ms" by this server's clock; a clock that goes back counts as standing still. It lives
-- until it would be full again, for a full one and none at all are the same. Integers only, all below 2^53.
local unit = tonumber(ARGV[1])
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local levels = {}
for i, key in ipairs(KEYS) do
    local tokens, burst, per_minute = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
    local full = burst * unit
    local level, at_ms = full, now_ms
    local held = redis.call('GET', key)
    if held then
        local was, at = string.match(held, '^(-?%d+) (%d+)$')
        if was then
            at_ms = math.max(now_ms, tonumber(at))
            level = math.min(full, tonumber(was) + (at_ms - tonumber(at)) * per_minute)
        end
    end
    level = math.max(-full, level - tokens * unit)
    local lives_ms = math.ceil((full - level) / per_minute) + 1
    redis.call('SET', key, string.format('%.0f %.0f', level, at_ms), 'PX', string.format('%.0f', lives_ms))
    levels[i] = level
end
return levels
