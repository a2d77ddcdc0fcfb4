#!/bin/bash
# Keeps the logs that supervisor does not write small: nginx's requests and the cron programs'.
# From cron: rotate.sh STATE
set -eu

rotate() { # FILE
	[ -f "$1" ] && [ "$(stat -c %s "$1")" -gt 10000000 ] || return 1
	mv -f "$1" "$1.1"
}

rotate "$1/log/cron.log" || true
if rotate "$1/log/access.log"; then
	# nginx opens its log again
	kill -USR1 "$(cat "$1/run/nginx.pid")"
fi
