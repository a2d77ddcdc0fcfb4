#!/bin/bash
# sabotage.sh BUILD: takes away one guard of the flash sales after the other (lib/base/sabotage.h) and
# expects the scenario beside it to turn red; with all guards in place each scenario must be green.
# Prints a table, also into build/fault/sabotage.md. ONLY (a pattern) tries some of them.
set -u
build=$1
export PLAZA_BIN=$build/bin FAULT_OUT=build/fault/sabotage
only=${ONLY:-.}
bad=0

# guard                 scenario (a part of its name), which is also run with the guard in place
table() {
	cat <<-'END'
		gate-ticket         nothing broken
		gate-once           nothing broken
		gate-stock          nothing broken
		sql-stock           requests past the gate
		sql-existing        every message twice
		sql-unique          every message twice
		strike-unconfirmed  broker killed
		ack-before-commit   orders, killed at each system call of its work
		settled             found after redis was emptied
		settle-waiting      found after all was settled
		units-once          units changed
		return-once         orders cancelled
		result-loaded       redis emptied twice
	END
}

run() { # GUARD|none SCENARIO
	SABOTAGE=$1 FAULT_SEED=7 "$build/tests/fault/test_sale" "$2" >"build/fault/sabotage-$1.log" 2>&1
}

mkdir -p build/fault
{
	echo "| guard taken away | scenario | with it | without it |"
	echo "| --- | --- | --- | --- |"
} >build/fault/sabotage.md
while read -r guard scenario; do
	[[ $guard =~ $only ]] || continue
	with=red without=green
	run none "$scenario" && with=green
	run "$guard" "$scenario" || without=red
	[ "$with" = green ] && [ "$without" = red ] || bad=1
	printf '| %s | %s | %s | %s |\n' "$guard" "$scenario" "$with" "$without" | tee -a build/fault/sabotage.md
done < <(table)
exit $bad
