#!/bin/bash
# `make run`: from a fresh checkout on a fresh Debian machine to a running site.
#
#	run.sh            packages, build, then site.sh as the account that owns the state
#	run.sh restart [NAME...]   build, then replace the running programs
#
# From the environment: PORT (8080; 0 picks a free one), STATE_DIR (var), BIN_DIR
# (build/release/bin), BUILD=no, and what site.sh reads.
set -eu
HERE=$(dirname "$(realpath "$0")")
TOP=$(dirname "$(dirname "$HERE")")
# shellcheck source=tools/run/common.sh
. "$HERE/common.sh"
cd "$TOP"

PORT=${PORT:-8080}
STATE_DIR=${STATE_DIR:-var}
BIN_DIR=${BIN_DIR:-build/release/bin}

port_check() {
	[[ $PORT =~ ^(0|[1-9][0-9]{0,4})$ ]] || die "PORT=$PORT is not a port"
	[ "$PORT" -le 65535 ] || die "PORT=$PORT is not a port"
	[ "$PORT" -eq 0 ] || [ "$PORT" -ge 1024 ] ||
		die "PORT=$PORT: ports below 1024 are root's, and nothing here runs as root"
	! port_is_taken "$PORT" || die "port $PORT is taken$(port_user)" \
		"stop that program, or choose another port: make run PORT=$((PORT + 1))"
}

# Who listens there, as far as this account may know.
port_user() {
	local address
	address=$(cat "$STATE_DIR/run/address" 2>/dev/null) || true
	if [ "$address" = "http://127.0.0.1:$PORT" ]; then
		printf ', by this checkout: it is running already'
	else
		ss -Hltnp "sport = :$PORT" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/, by \1/p' | head -n 1
	fi
}

disk_check() { # DIR MEGABYTES
	local free
	free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$2" ] || die "the disk is full: $free MB are free in $1, and about $2 MB are needed"
}

# Shows how far the compiler is; its own words are in the log.
build() {
	local log=build/make.log
	[ "${BUILD:-yes}" = yes ] || return 0
	step "building"
	mkdir -p build
	: >"$log"
	env -u MAKEFLAGS -u MAKELEVEL make -j"$(nproc)" all >"$log" 2>&1 &
	local make=$!
	# a background process does not hear the terminal's interrupt
	trap 'kill -TERM $make; wait $make; exit 130' INT TERM HUP
	build_watch $make "$log"
	wait $make || {
		grep -E -m 20 'error|\*\*\*|No space' "$log" | sed 's/^/       | /' >&2
		disk_check build 50
		die "the build failed" "all of it: $log"
	}
	trap - INT TERM HUP
}

build_watch() { # PROCESS LOG
	[ -t 1 ] || return 0
	while kill -0 "$1" 2>/dev/null; do
		printf '\r    %s files compiled' "$(grep -c '^CC' "$2" || true)"
		sleep 0.3
	done
	printf '\r\033[K'
}

# Hands the account what it runs: copies, so that the next build cannot break the running site.
stage() {
	state_open "$STATE_DIR"
	disk_check "$STATE" 500
	state_stage "$TOP" programs tools/run nginx sql
	state_stage "$BIN_DIR/.." programs bin
	state_stage templates programs assets
}

main() {
	case ${1:-run} in
	run)
		port_check
		disk_check . 500
		[ "${BUILD:-yes}" = no ] || "$HERE/packages.sh" run build
		build
		stage
		# its steps are counted on from here
		exec "${AS[@]}" SECONDS="$SECONDS" bash "$STATE/programs/tools/run/site.sh" up "$STATE" "$PORT"
		;;
	restart)
		shift
		build
		stage
		exec "${AS[@]}" bash "$STATE/programs/tools/run/site.sh" restart "$STATE" "$@"
		;;
	esac
}

main "$@"
