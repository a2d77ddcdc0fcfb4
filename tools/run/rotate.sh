#!/bin/bash
# Keeps the logs that supervisor does not write small: nginx's requests, the programs', cron's.
# From cron: rotate.sh STATE
set -eu

rotate() { # FILE
	[ -f "$1" ] && [ "$(stat -c %s "$1")" -gt 10000000 ] || return 1
	mv -f "$1" "$1.1"
}

# The programs keep theirs open, and append: what is written between the two steps is lost.
copy_and_empty() { # FILE
	[ -f "$1" ] && [ "$(stat -c %s "$1")" -gt 10000000 ] || return 0
	cp -f "$1" "$1.1"
	: >"$1"
}

for log in "$1"/log/*_[0-9]*.log; do
	copy_and_empty "$log"
done
rotate "$1/log/cron.log" || true
if rotate "$1/log/access.log"; then
	# nginx opens its log again
	kill -USR1 "$(cat "$1/run/nginx.pid")"
fi
