# shellcheck shell=bash
# Sourced by bench.sh: what of flash sales wrk cannot measure. sale_prepare makes sales and buyers for
# the rows of requests.tsv; sale_measure writes lines "name values..." for sale_report.awk.

SALE_BUYERS=12000 # each presses once in each sale, and meets no limit
SALE_COUNT=40     # with units ...
SALE_REFUSING=24  # ... and without, and bought before
SALE_HEAP=100000  # requests that wait for `orders`
SALE_RUSH=5000    # buyers ...
SALE_UNITS=500    # ... for so many units
SALE_LINES=180    # connections: nginx lets an address have 200

sale_bench() { # ARGUMENT...
	PLAZA_CONFIG=$STATE/plaza.conf as_account "$STATE/programs/bench/sale_bench" "$@"
}

sale_supervisor() { # start|stop PROGRAM
	as_account supervisorctl -c "$STATE/conf/supervisord.conf" "$1" "$2:*" >/dev/null
}

sale_say() { # NAME VALUE...
	printf '%s\n' "$*" >>"$OUT/sale"
}

sale_prepare() {
	local id
	rm -f "$OUT/sale"
	step "writing $SALE_BUYERS buyers and $((SALE_COUNT + 2 * SALE_REFUSING)) sales"
	sale_bench buyers "$BENCH" "$SALE_BUYERS"
	sale_bench sales "$BENCH" sales "$SALE_COUNT" "$SALE_BUYERS" "$SALE_BUYERS"
	sale_bench sales "$BENCH" gone "$SALE_REFUSING" 1 "$SALE_BUYERS"
	while read -r id; do
		sale_bench fill "$id" 1
	done <"$BENCH/gone"
	sale_bench sales "$BENCH" again "$SALE_REFUSING" "$SALE_BUYERS" "$SALE_BUYERS"
	while read -r id; do
		sale_bench bought "$id" "$SALE_BUYERS"
	done <"$BENCH/again"
	sale_settle
}

sale_stream() { # SALE
	echo "XLEN sale:{$1}:stream" | store redis | awk '{ print $NF }'
}

# One more sale, loaded and open; its id.
sale_new() { # UNITS BUYERS
	sale_bench sales "$BENCH" one 1 "$1" "$2"
	cat "$BENCH/one"
}

# Requests are taken as ever, and nobody comes for them; then the workers do, until all is written.
sale_hold() {
	sale_supervisor stop relay-sales
	sale_supervisor stop orders
}

sale_release() {
	sale_supervisor start orders
	sale_supervisor start relay-sales
	sale_settle
}

# Until what the rounds left behind is written.
sale_settle() {
	local last=-1 now
	while now=$(store sql -N -e 'SELECT COUNT(*) FROM sale_order'); [ "$now" -ne "$last" ]; do
		last=$now
		sleep 1
	done
}

# A heap of requests lies in the queue when `orders` begins; timed from its first batch, as supervisor takes a
# second to say that it runs.
sale_rate() {
	local sale
	sale=$(sale_new "$SALE_HEAP" 1)
	sale_supervisor stop orders
	sale_bench fill "$sale" "$SALE_HEAP"
	while [ "$(sale_stream "$sale")" -ne 0 ]; do sleep 0.1; done
	sale_supervisor start orders &
	sale_say orders "$(sale_bench watch "$sale" "$SALE_HEAP")"
	wait $!
}

# All in one second; then at a rate at which the machine is about 70 % busy.
sale_rushes() {
	local sale said busy rate=1000 try
	sale=$(sale_new "$SALE_UNITS" "$SALE_RUSH")
	sale_say rush "$(sale_bench rush "$SITE_PORT" "$BENCH" "$sale" "$SALE_RUSH" 1000 "$SALE_LINES" 200)"
	for try in 1 2 3 4 5 6; do
		sale=$(sale_new "$SALE_BUYERS" "$SALE_BUYERS")
		said=$(sale_bench rush "$SITE_PORT" "$BENCH" "$sale" $((rate * 3)) 3000 "$SALE_LINES" 20)
		busy=${said##* }
		if [ "$try" -eq 6 ] || { [ "$busy" -ge 66 ] && [ "$busy" -le 74 ]; }; then break; fi
		rate=$((rate * 70 / (busy > 5 ? busy : 5)))
		[ "$rate" -le $((SALE_BUYERS / 3)) ] || rate=$((SALE_BUYERS / 3))
	done
	sale_say steady "$rate" "$said"
}

# The page of a sale nobody has asked for yet, by everybody.
sale_first_second() {
	local sale
	sale=$(sale_new 1 1)
	sale_say first "$(wrk -t1 -c "$SALE_LINES" -d 1s --latency --timeout 2s \
		"http://127.0.0.1:$SITE_PORT/sales/$sale" | awk '
		/99%/ { p99 = $2 } /requests in/ { n = $1 } /Non-2xx/ { bad = $NF } /Socket errors/ { bad += $4 + $6 + $8 + $10 }
		END { print n + 0, p99, bad + 0 }')"
}

sale_measure() {
	local round
	step "flash sales: orders, rushes"
	sale_settle
	for ((round = 1; round <= ROUNDS; round++)); do
		sale_say one "$(sale_bench ceiling one 4000)"
		sale_say many "$(sale_bench ceiling many 102400)"
		sale_rate
		processes
	done
	sale_first_second
	sale_rushes
}
