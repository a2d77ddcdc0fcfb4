-- The requests of one measurement, for wrk: DIR WHO PATH FIRST (see requests.tsv; FIRST is the number
-- of the first pair of a form). Prints one line for bench.sh:
--   requests  microseconds  p50 us  p99 us  failed  bytes  next pair
local worker

function setup(thread)
	worker = thread
end

local function lines(file)
	local all = {}
	for line in io.lines(file) do
		all[#all + 1] = line
	end
	return all
end

local function head(method, path, cookie)
	local text = method .. " " .. path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
	if cookie then
		text = text .. "Cookie: plaza_session=" .. cookie .. "\r\n"
	end
	return text
end

-- Pages are made before the clock starts, and sent in turn.
local function make_pages(who, path, lists, members)
	local pages = {}
	for i = 1, 5000 do
		local at = path:gsub("{(%w+)}", function(name)
			local list = lists[name]
			return list[i * 7 % #list + 1]
		end)
		local cookie = who == "member" and members[i % #members + 1]:match("^%S+") or nil
		pages[i] = head("GET", at, cookie) .. "\r\n"
	end
	local n = 0
	return function()
		n = n % #pages + 1
		return pages[n]
	end
end

-- Pair n is voter n with post n, then each voter with the post after it, and so on: no pair comes twice.
local function make_forms(path, lists, voters)
	local before, after = path:match("^(.*){post}(.*)$")
	local posts, tails = lists.post, {}
	before = "POST " .. before
	for i, voter in ipairs(voters) do
		local cookie, token = voter:match("^(%S+) (%S+)$")
		local body = "csrf=" .. token .. "&on=1"
		tails[i] = head("", after, cookie):sub(2) .. "Accept: application/json\r\n"
			.. "Content-Type: application/x-www-form-urlencoded\r\n"
			.. "Content-Length: " .. #body .. "\r\n\r\n" .. body
	end
	return function()
		local voter = pair % #tails
		local post = (voter + math.floor(pair / #tails)) % #posts
		pair = pair + 1
		return before .. posts[post + 1] .. tails[voter + 1]
	end
end

-- Pair n is buyer n in the first sale, and so on through the sales: a buyer presses once in each. The
-- one-time path is the buyer's number, as sale_bench wrote it.
local function make_presses(path, lists, buyers)
	local before, name, after = path:match("^(.*){(%w+)}/{path}(.*)$")
	local sales, heads, tails = lists[name], {}, {}
	for i, sale in ipairs(sales) do
		heads[i] = "POST " .. before .. sale .. "/"
	end
	for i, buyer in ipairs(buyers) do
		local cookie, token = buyer:match("^(%S+) (%S+)$")
		local body = "csrf=" .. token
		tails[i] = string.format("%043d", i - 1) .. head("", after, cookie):sub(2)
			.. "Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n"
			.. "Content-Length: " .. #body .. "\r\n\r\n" .. body
	end
	return function()
		local buyer = pair % #tails
		local sale = math.floor(pair / #tails) % #sales
		pair = pair + 1
		return heads[sale + 1] .. tails[buyer + 1]
	end
end

function init(args)
	local dir, who, path = args[1], args[2], args[3]
	local lists = { post = lines(dir .. "/posts"), big = lines(dir .. "/big"),
		sale = lines(dir .. "/sales"), gone = lines(dir .. "/gone"),
		again = lines(dir .. "/again") }
	lists.hot = { unpack(lists.post, #lists.post - 19) }
	pair = tonumber(args[4])
	if who == "press" then
		request = make_presses(path, lists, lines(dir .. "/buyers"))
	elseif who == "form" then
		request = make_forms(path, lists, lines(dir .. "/voters"))
	else
		request = make_pages(who, path, lists, lines(dir .. "/members"))
	end
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format("%d %d %d %d %d %d %d\n", summary.requests, summary.duration,
		latency:percentile(50), latency:percentile(99),
		e.connect + e.read + e.write + e.status + e.timeout, summary.bytes, worker:get("pair")))
end
