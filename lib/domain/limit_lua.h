/*
 * One step of a sliding window, as Lua, for the scripts of limit.c and session.c.
 *
 * A window is a list of the times (ms) of its last requests, never longer than the limit. A request
 * has a place when there are fewer than `most`, or when the oldest of them has left the window: so
 * no window of that length, wherever it begins, holds more than `most`. This is exact and O(1),
 * where a sorted set costs a logarithm and twice the memory, and a pair of weighted counters lets
 * too many through when they come in bursts. The list is longer than `most` only after the limit
 * was lowered. It lives for two windows, and is given that again when less than one is left: most
 * requests then write once.
 */
#ifndef DOMAIN_LIMIT_LUA_H
#define DOMAIN_LIMIT_LUA_H

/* limit_step(key, most, window ms): 0 when counted, else the ms until a place is free. */
#define LIMIT_STEP_LUA \
	"local function limit_step(key, most, window)\n" \
	"  local time = redis.call('TIME')\n" \
	"  local now = time[1] .. string.format('%03d', time[2] / 1000)\n" \
	"  local used = redis.call('RPUSH', key, now) - 1\n" \
	"  if used >= most then\n" \
	"    local wait = redis.call('LINDEX', key, used - most) + window - now\n" \
	"    if wait > 0 then redis.call('RPOP', key) return wait end\n" \
	"    redis.call('LTRIM', key, used - most + 1, -1)\n" \
	"  end\n" \
	"  if redis.call('PTTL', key) < window then redis.call('PEXPIRE', key, 2 * window) end\n" \
	"  return 0\n" \
	"end\n"

#endif
