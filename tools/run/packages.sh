#!/bin/bash
# Installs the Debian packages of the given groups of packages.txt that are missing:
#
#	packages.sh run build [test]
set -eu
HERE=$(dirname "$(realpath "$0")")
# shellcheck source=tools/run/common.sh
. "$HERE/common.sh"

group() { # NAME
	sed -n "/^\[$1\]/,/^\[/{/^[a-z0-9]/p}" "$HERE/packages.txt"
}

is_installed() { # PACKAGE
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A program that is there already, from wherever, need not come from Debian.
is_there() { # PACKAGE
	case $1 in
	nodejs) command -v node >/dev/null ;;
	nginx-light) [ -x /usr/sbin/nginx ] ;;
	*) false ;;
	esac
}

missing() { # GROUP...
	local name package
	for name; do
		for package in $(group "$name"); do
			is_installed "$package" || is_there "$package" || printf '%s ' "$package"
		done
	done
}

apt() { # ARGUMENT...
	"${ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 \
		-o DPkg::Lock::Timeout=120 "$@" >>"$APT_LOG" 2>&1
}

apt_failed() { # WHAT PACKAGES
	tail -n 15 "$APT_LOG" | sed 's/^/       | /' >&2
	die "apt-get $1 failed (its last lines are above)" \
		"without a network, or with other package sources, install these yourself:" "$2"
}

# Packages of servers start them, and at each boot again. Ours are private instances, so what this
# run installs stays quiet.
POLICY=/usr/sbin/policy-rc.d
services_hold() {
	[ ! -e $POLICY ] || return 0
	printf '#!/bin/sh\nexit 101\n' | "${ROOT[@]}" tee $POLICY >/dev/null
	"${ROOT[@]}" chmod +x $POLICY
	trap services_release EXIT
}
services_release() {
	"${ROOT[@]}" rm -f $POLICY
	trap - EXIT
}
services_disable() { # PACKAGE...
	local package unit
	[ -d /run/systemd/system ] || return 0
	for package; do
		case $package in
		mariadb-server) unit=mariadb ;;
		nginx-light) unit=nginx ;;
		redis-server | rabbitmq-server | supervisor) unit=$package ;;
		*) continue ;;
		esac
		"${ROOT[@]}" systemctl disable --now --quiet "$unit" 2>/dev/null || true
	done
}

main() { # GROUP...
	local packages
	packages=$(missing "$@")
	[ -n "$packages" ] || return 0
	command -v apt-get >/dev/null ||
		die "these Debian packages are missing, and there is no apt-get:" "$packages"
	ROOT=()
	if ! is_root; then
		command -v sudo >/dev/null ||
			die "packages are missing and there is no sudo; as root run:" "apt-get install $packages"
		ROOT=(sudo)
	fi
	APT_LOG=$(mktemp)
	step "installing Debian packages (some minutes): $packages"
	"${ROOT[@]}" true || die "sudo was refused; as root run:" "apt-get install $packages"
	apt update || apt_failed update "$packages"
	services_hold
	# shellcheck disable=SC2086 # a list
	apt install -y --no-install-recommends $packages || apt_failed install "$packages"
	services_release
	# shellcheck disable=SC2086
	services_disable $packages
	rm -f "$APT_LOG"
}

main "$@"
