# shellcheck shell=bash
# Sourced by bench.sh: the site as `make run` starts it, in a folder of its own, with the ceilings
# beside it; and what its processes take.
#
# Two settings differ from `make run`: there is no demo data, and nginx's limits by address are off,
# as all requests come from one. The programs' limits by account are on.

SITE=          # process id of site.sh
CEILINGS=      # process id of the ceilings' parent
SITE_PORT=
CEILINGS_PORT=
UNCACHED_PORT=
BENCH=         # folder of lists and of what the ceilings need

stack_start() { # STATE BUILD TOP
	local build=$2 top=$3
	state_open "$1"
	BENCH=$STATE/bench
	SITE_PORT=$(port_free) CEILINGS_PORT=$(port_free) UNCACHED_PORT=$(port_free)
	state_stage "$top" programs tools/run nginx sql
	state_stage "$build" programs bin bench
	state_stage "$top/templates" programs assets
	nginx_extend "$top"
	as_account mkdir -p "$BENCH"
	head -c 20480 /dev/zero | tr '\0' x | as_account tee "$BENCH/static" >/dev/null
	DEMO=no LIMITS=off "${AS[@]}" bash "$STATE/programs/tools/run/site.sh" up "$STATE" "$SITE_PORT" \
		</dev/null >"$OUT/site.log" 2>&1 &
	SITE=$!
	until [ -s "$STATE/run/address" ]; do
		kill -0 "$SITE" 2>/dev/null || die "the site did not start" "see $OUT/site.log"
		sleep 0.2
	done
}

# Adds the servers of the ceilings to the staged nginx files.
nginx_extend() { # TOP
	local dir
	dir=$(mktemp -d)
	# shellcheck disable=SC2016 # sed's last line
	sed '$i include @NGINX@/plaza-bench.conf;' "$1/nginx/nginx.conf.in" >"$dir/nginx.conf.in"
	sed -e "s|@BENCH@|$BENCH|; s|@CEILINGS_PORT@|$CEILINGS_PORT|; s|@UNCACHED_PORT@|$UNCACHED_PORT|" \
		"$1/tests/bench/plaza-bench.conf.in" >"$dir/plaza-bench.conf.in"
	state_stage "$dir" programs/nginx nginx.conf.in plaza-bench.conf.in
	rm -r "$dir"
}

# As many processes for each ceiling as the site has for its posts.
ceilings_start() {
	local processes
	processes=$(awk '$1 == "post" { print $3 }' "$STATE/programs/nginx/deploy/programs.tsv")
	PLAZA_CONFIG=$STATE/plaza.conf "${AS[@]}" "$STATE/programs/bench/ceilings" "$STATE/run" "$processes" \
		"$BENCH/posts" </dev/null >"$OUT/ceilings.log" 2>&1 &
	CEILINGS=$!
}

ceilings_stop() {
	[ -z "$CEILINGS" ] || kill "$CEILINGS" 2>/dev/null || true
	CEILINGS=
}

stack_stop() {
	ceilings_stop
	[ -z "$SITE" ] || kill "$SITE" 2>/dev/null || true
	[ -z "$SITE" ] || wait "$SITE" 2>/dev/null || true
	SITE=
}

bench_data() { # ARGUMENT...
	PLAZA_CONFIG=$STATE/plaza.conf as_account "$STATE/programs/bench/bench_data" "$@"
}
store() { # sql|redis ARGUMENT...
	as_account bash "$STATE/programs/tools/run/stores.sh" "$1" "$STATE" "${@:2}"
}
workers() { # start|stop
	as_account supervisorctl -c "$STATE/conf/supervisord.conf" "$1" 'relay:*' 'persist:*' >/dev/null
}

# ---- what processes take -------------------------------------------------------------------------

# The processes of this stack, "pid group" lines: programs (ours), ceilings, nginx, redis, mariadb,
# rabbitmq, supervisor.
processes() {
	ps -ww -eo pid=,ppid=,args= | awk -v state="$STATE" -v nginx="$(cat "$STATE/run/nginx.pid")" '
		index($3, state "/programs/bin/") == 1 { print $1, "programs" }
		index($3, state "/programs/bench/") == 1 { print $1, "ceilings" }
		$1 == nginx || $2 == nginx { print $1, "nginx" }
		!index($0, state) { next }
		/mariadbd/ { print $1, "mariadb" }
		/redis-server/ { print $1, "redis" }
		/beam/ { print $1, "rabbitmq" }
		/supervisord / { print $1, "supervisor" }' >"$OUT/processes"
}

# Their proportional set size, in kB.
pss_of() { # GROUP
	awk -v group="$1" '$2 == group { print "/proc/" $1 "/smaps_rollup" }' "$OUT/processes" |
		xargs cat 2>/dev/null | awk '/^Pss:/ { kb += $2 } END { print kb + 0 }'
}

# "group ticks" lines: the processor time they have had.
ticks() {
	awk '{ print "/proc/" $1 "/stat" }' "$OUT/processes" | xargs cat 2>/dev/null |
		awk 'NR == FNR { group[$1] = $2; next }
			{ pid = $1; sub(/.*\) /, ""); ticks[group[pid]] += $12 + $13 }
			END { for (g in ticks) print g, ticks[g] }' "$OUT/processes" -
}
