#!/bin/bash
# `make bench`: the site and its ceilings in one run, interleaved round by round, so that whatever else
# the machine does meets all of them alike. Only ratios of one run say something.
#
#	bench.sh BUILD OUT ROUNDS SECONDS CONNECTIONS
#
# BUILD has the programs (build/release), OUT gets the state, the raw results and report.md. ONLY (a
# pattern of awk on the names of requests.tsv) measures those alone.
set -eu
HERE=$(dirname "$(realpath "$0")")
TOP=$(dirname "$(dirname "$HERE")")
# shellcheck source=tools/run/common.sh
. "$TOP/tools/run/common.sh"
# shellcheck source=tests/bench/stack.sh
. "$HERE/stack.sh"
# shellcheck source=tests/bench/sale.sh
. "$HERE/sale.sh"
cd "$TOP"

[ $# -eq 5 ] || die "usage: bench.sh BUILD OUT ROUNDS SECONDS CONNECTIONS"
BUILD=$1 OUT=$2 ROUNDS=$3 LENGTH=$4 CONNECTIONS=$5
EVENTS=${EVENTS:-200000}
LONG=${LONG:-20}
ONLY=${ONLY:-.}

# ---- measuring -----------------------------------------------------------------------------------

requests_table() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$HERE/requests.tsv"; }
requests_chosen() { requests_table | awk -v only="$ONLY" '$1 ~ only'; }

port_of() { # site|held|uncached|ceilings
	case $1 in
	site | held) echo "$SITE_PORT" ;;
	uncached) echo "$UNCACHED_PORT" ;;
	ceilings) echo "$CEILINGS_PORT" ;;
	esac
}

# The pairs of a form go on where the last measurement of that path stopped.
declare -A NEXT_PAIR

# Prints what wrk's script says: requests, us, p50, p99, failed, bytes, next pair.
load() { # AT WHO PATH CONNECTIONS SECONDS
	wrk -t1 -c "$4" -d "$5s" --timeout 2s -s "$HERE/requests.lua" "http://127.0.0.1:$(port_of "$1")/" \
		-- "$BENCH" "$2" "$3" "${NEXT_PAIR[$3]:-0}" | tail -n 1
}

# One line of results: name, round, connections, what wrk says, then processor ticks of each group.
measure() { # ROUND CONNECTIONS SECONDS NAME AT WHO PATH
	local said before after
	[ "$5" != held ] || sale_hold
	before=$(ticks)
	said=$(load "$5" "$6" "$7" "$2" "$3")
	after=$(ticks)
	[ "$5" != held ] || sale_release
	NEXT_PAIR[$7]=${said##* }
	printf '%s %s %s %s %s\n' "$4" "$1" "$2" "$said" "$(
		awk 'NR == FNR { t[$1] = $2; next } { printf "%s=%d ", $1, $2 - t[$1] }' \
			<(echo "$before") <(echo "$after")
	)" >>"$OUT/results"
}

note() { # NAME VALUE: for the report
	printf '%s %s\n' "$1" "$2" >>"$OUT/notes"
}

note_memory() { # WHEN
	note "pss $1" "$(pss_of programs) $(pss_of nginx)"
}

round() { # NUMBER SECONDS
	local name at who path c1
	while read -r name at who path _ _ _ c1 _; do
		measure "$1" "$CONNECTIONS" "$2" "$name" "$at" "$who" "$path"
		[ "$c1" != yes ] || [ "$1" -eq 0 ] || measure "$1" 1 1 "$name" "$at" "$who" "$path"
	done < <(requests_chosen)
}

# ---- single answers ------------------------------------------------------------------------------

ask() { # WHO PATH CURL-ARGUMENT...
	local member=()
	[ "$1" != member ] || member=(-H "Cookie: plaza_session=$(awk 'NR == 5 { print $1; exit }' "$BENCH/members")")
	curl -sS -m 10 "${member[@]}" "${@:3}" "http://127.0.0.1:$SITE_PORT$2"
}

size_of() { # WHO PATH CURL-ARGUMENT...
	ask "$@" -o /dev/null -w '%{size_download}'
}

note_sizes() {
	local big post sheet script
	big=$(cat "$BENCH/big") post=$(head -n 1 "$BENCH/posts")
	sheet=$(ask guest / | grep -o '/assets/[a-z./-]*\.css?v=[0-9a-f]*' | head -n 1)
	script=$(ask guest / | grep -o '/assets/[a-z./-]*\.js?v=[0-9a-f]*' | head -n 1)
	note bytes_list "$(size_of member /)"
	note bytes_article_20 "$(size_of member "/posts/$post")"
	note bytes_article_200 "$(size_of member "/posts/$big")"
	note bytes_front_gzip "$(($(size_of guest / -H 'Accept-Encoding: gzip') +
		$(size_of guest "$sheet" -H 'Accept-Encoding: gzip')))"
	note bytes_script_gzip "$(size_of guest "$script" -H 'Accept-Encoding: gzip')"
}

# Each kind of request must answer as meant before anything is measured.
check_answers() {
	local name at who path code
	while read -r name at who path _; do
		case $who in form | press) continue ;; esac
		path=${path/\{sale\}/$(head -n 1 "$BENCH/sales")}
		path=${path/\{big\}/$(cat "$BENCH/big")}
		path=${path/\{*\}/$(tail -n 1 "$BENCH/posts")}
		code=$(curl -sS -m 10 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$(port_of "$at")$path" \
			-H "Cookie: $([ "$who" = guest ] || head -n 1 "$BENCH/members" | sed 's/^/plaza_session=/; s/ .*//')")
		[ "$code" = 200 ] || die "$name: $path answers $code" "see the logs in $STATE/log"
	done < <(requests_chosen)
}

# Statements and round trips a page, from the programs' own log: the median and the most.
note_queries() {
	cat "$STATE"/log/post_*.log | awk '
		match($0, /(GET|POST) [^ ]+ 200 /) {
			split(substr($0, RSTART, RLENGTH), part, " ")
			path = part[2]
			gsub(/[0-9]+/, "{id}", path)
			match($0, /sql=[0-9]+/); sql = substr($0, RSTART + 4, RLENGTH - 4)
			match($0, /redis=[0-9]+/); redis = substr($0, RSTART + 6, RLENGTH - 6)
			print part[1] " " path, sql, redis
		}' | LC_ALL=C sort | awk '
		function flush() { if (n) print name, n, sql, redis, most }
		{
			key = $1 " " $2
			if (key != name) { flush(); name = key; n = 0; delete seen; most = ""; top = 0 }
			n++
			pair = $3 "+" $4
			if (++seen[pair] > top) { top = seen[pair]; sql = $3; redis = $4 }
			if ($3 + $4 > most) most = $3 + $4
		}
		END { flush() }' >"$OUT/queries"
}

# ---- votes and likes on their way to SQL ---------------------------------------------------------

# As the posts count them, in the transaction that writes the rows: counting the rows would be work.
votes_in_sql() { store sql -N -e 'SELECT SUM(votes) + SUM(likes) FROM post'; }
rows_in_sql() { store sql -N -e 'SELECT (SELECT COUNT(*) FROM post_vote) + (SELECT COUNT(*) FROM liked)'; }

waiting_events() {
	local shard
	for shard in {0..15}; do
		echo "XLEN events:{$shard}"
	done | store redis | awk '{ t += $NF } END { print t }'
}

# Until nothing waits and SQL stands still.
events_settle() {
	local last=-1 now
	while :; do
		now=$(votes_in_sql)
		[ "$(waiting_events)" -ne 0 ] || [ "$now" -ne "$last" ] || break
		last=$now
		sleep 1
	done
}

# How fast a heap of events gets to SQL, through stream, queue and table.
measure_persist() {
	local before started now
	[ -x "$STATE/programs/bin/persist" ] || return 0
	events_settle
	before=$(votes_in_sql)
	note votes_sent "$((${NEXT_PAIR[/posts/\{post\}/vote]:-0} + ${NEXT_PAIR[/posts/\{post\}/like]:-0}))"
	note votes_stored "$(rows_in_sql)"
	workers stop
	bench_data events "$EVENTS"
	started=$(date +%s%N)
	workers start
	processes
	while now=$(votes_in_sql); [ "$now" -lt $((before + EVENTS)) ]; do
		[ $(($(date +%s%N) - started)) -lt 120000000000 ] || break
		sleep 0.1
	done
	note persist "$((now - before)) $((($(date +%s%N) - started) / 1000000))"
}

# ---- the run -------------------------------------------------------------------------------------

machine() {
	note machine "$(nproc) processors, $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo), $(
		sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r), load before $(cut -d' ' -f1 /proc/loadavg)"
	note run "$ROUNDS rounds of $LENGTH s, $CONNECTIONS connections, $(date -u +%Y-%m-%dT%H:%MZ)"
}

main() {
	local round
	mkdir -p "$OUT"
	rm -f "$OUT"/{results,notes,queries,processes}
	machine
	"$TOP/tests/support/services.sh" remove "$OUT/state" >/dev/null 2>&1 || true
	[ ! -e "$OUT/state/run" ] || die "$OUT/state is in use" "another run is still there, or it cannot be removed"
	trap 'stack_stop' EXIT
	trap 'exit 130' INT TERM
	step "starting the site, with stores of its own"
	stack_start "$OUT/state" "$BUILD" "$TOP"
	step "writing 1,000 topics, 20,180 comments and 7,000 people"
	bench_data corpus "$BENCH"
	bench_data people "$BENCH"
	sale_prepare
	ceilings_start
	sleep 1
	processes
	check_answers
	note_sizes
	note_memory start
	step "warming up"
	round 0 1
	note_memory warm
	for ((round = 1; round <= ROUNDS; round++)); do
		step "round $round of $ROUNDS"
		round "$round" "$LENGTH"
		note_memory "round-$round"
	done
	note_queries
	step "votes and likes to SQL"
	measure_persist
	sale_measure
	if [ "$LONG" -gt 0 ]; then
		step "a longer run for the memory"
		load site member / "$CONNECTIONS" "$LONG" >/dev/null
		load site member '/posts/{post}' "$CONNECTIONS" "$LONG" >/dev/null
	fi
	ceilings_stop
	note_memory end
	{
		awk -f "$HERE/report.awk" file=1 <(requests_table) file=2 "$OUT/notes" \
			file=3 "$OUT/queries" file=4 "$OUT/results"
		awk -f "$HERE/sale_report.awk" file=1 "$OUT/sale" file=2 "$OUT/results"
	} | tee "$OUT/report.md"
}

main
