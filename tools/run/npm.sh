#!/bin/bash
# Puts the packages of package-lock.json, which only the browser tests need, into node_modules.
set -eu
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=tools/run/common.sh
. "$HERE/common.sh"
cd "$(dirname "$(dirname "$HERE")")"

# Debian's npm brings hundreds of packages, so it comes only where there is no other.
command -v npm >/dev/null || "$HERE/packages.sh" npm
log=$(mktemp)
trap 'rm -f "$log"' EXIT
step "installing the browser tests' npm packages"
# Nothing of a package is run here, and Playwright's own browsers are not wanted.
npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1 || {
	log_tail "$log"
	die "npm ci failed (its last lines are above)" "without a network, put node_modules in place by hand"
}
