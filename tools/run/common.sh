# shellcheck shell=bash
# Sourced by the scripts of this folder and by tests/support/services.sh: messages, the account
# that runs everything, the folder that holds its state, and filling of templates.
#
# As root the work is split: root finds or makes the account and an empty state folder, hands the
# scripts and programs over by a pipe, and from then on only the account reads and writes there. So
# nothing the account could plant in its own folder is ever followed by root.

say() { printf '%s\n' "$*"; }
# In a file, where nobody watched, also how many seconds had gone by.
step() {
	local mark='\033[1m==>\033[0m'
	[ -t 1 ] || mark="==> $SECONDS s:"
	printf "$mark %s\n" "$*"
}
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
	printf '\nerror: %s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf '       %s\n' "$@" >&2
	exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# ---- the account ---------------------------------------------------------------------------------

ACCOUNT=
# The words before a command that make it the account's: no privilege left, a plain environment, and
# the interrupt heard although a shell that starts something with "&" has it ignored.
AS=()

# Sets ACCOUNT. Root takes the owner of an existing state folder, so that a site first started by
# an ordinary user stays theirs; else the account "plaza", made when missing.
account_choose() { # STATE
	AS=(env --default-signal=INT -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u BASH_ENV)
	if ! is_root; then
		ACCOUNT=$(id -un)
		return
	fi
	ACCOUNT=plaza
	if [ -d "$1" ] && [ "$(stat -Lc %u "$1")" -ne 0 ]; then
		ACCOUNT=$(stat -Lc %U "$1")
	else
		account_make
	fi
	[ "$(id -u "$ACCOUNT")" -ne 0 ] || die "$1 belongs to root: nothing may run as root"
	AS=(setpriv --reuid "$ACCOUNT" --regid "$(id -g "$ACCOUNT")" --init-groups
		--inh-caps=-all --bounding-set=-all --no-new-privs
		"${AS[@]}" USER="$ACCOUNT" LOGNAME="$ACCOUNT" HOME=/var/lib/plaza)
}

# The home folder is root's, and empty but for what state_elsewhere puts there: cron starts each
# job in it.
account_make() {
	local home=/var/lib/plaza
	# open to the account, whatever root keeps to itself
	(umask 022 && mkdir -p "$home")
	if ! getent passwd plaza >/dev/null; then
		# several may begin at once: one of them makes it
		useradd --system --user-group --no-create-home --home-dir "$home" \
			--shell /usr/sbin/nologin plaza || getent passwd plaza >/dev/null ||
			die "the account plaza could not be made"
	elif [ ! -d "$(getent passwd plaza | cut -d: -f6)" ]; then
		usermod --home "$home" plaza 2>/dev/null ||
			warn "the account plaza has no home folder: cron will not work"
	fi
}

as_account() { "${AS[@]}" "$@"; }

# ---- the state folder ----------------------------------------------------------------------------

STATE=

# Unix socket names end at 107 bytes, and the servers' configuration files quote badly: a long or
# unusual path, or one the account may not enter, cannot hold the state.
state_fits() { # DIR
	local parent
	parent=$(dirname "$1")
	# what is missing will be made, and can be entered
	until [ -d "$parent" ]; do
		parent=$(dirname "$parent")
	done
	[ "${#1}" -le 80 ] && [[ $1 =~ ^[A-Za-z0-9._/+-]+$ ]] && as_account test -x "$parent" 2>/dev/null
}

# The folder that replaces one that does not fit: the same for the same path.
state_elsewhere() { # DIR
	local base=/var/lib/plaza
	is_root || base=${XDG_STATE_HOME:-$HOME/.local/state}/plaza
	printf '%s/%s' "$base" "$(printf %s "$1" | cksum | tr ' ' -)"
}

# Makes DIR the account's (or a link to a folder that is) and sets STATE to the real folder.
state_open() { # DIR
	local wanted
	case $1 in /*) wanted=$1 ;; *) wanted=$PWD/$1 ;; esac
	wanted=$(realpath -sm "$wanted")
	account_choose "$wanted"
	STATE=$wanted
	if ! state_fits "$wanted"; then
		STATE=$(state_elsewhere "$wanted")
		[ ! -d "$wanted" ] || [ -L "$wanted" ] ||
			die "$ACCOUNT cannot use $wanted (unreachable, or an unusual path)" \
				"move it away: its replacement is $STATE"
	fi
	if [ -L "$wanted" ] && [ "$(readlink "$wanted")" != "$STATE" ]; then
		rm "$wanted"
	fi
	state_make "$STATE"
	[ "$STATE" = "$wanted" ] || [ -L "$wanted" ] || {
		mkdir -p "$(dirname "$wanted")" && ln -s "$STATE" "$wanted"
	} || die "cannot make $wanted"
}

state_make() { # DIR
	[ -d "$1" ] || {
		(umask 022 && mkdir -p "$(dirname "$1")") && mkdir -m 0700 "$1"
	} || die "cannot make $1"
	if is_root && [ "$(stat -c %u "$1")" -eq 0 ]; then
		[ -z "$(ls -A "$1")" ] || die "$1 belongs to root and is not empty: remove it first"
		chown "$ACCOUNT:" "$1"
	fi
	as_account test -w "$1" || die "$ACCOUNT may not write in $1" \
		"it belongs to $(stat -c %U "$1"): start as that account or remove it"
}

# Copies files of FROM into the state folder: the account may be unable to read FROM itself, and a
# build that replaces programs must not pull them from under the running site.
state_stage() { # FROM INTO FILE...
	local from=$1 into=$STATE/$2
	shift 2
	as_account mkdir -p "$into"
	tar -C "$from" -chf - --owner=0 --group=0 --mode=u=rwX,go=rX "$@" |
		as_account tar -C "$into" -xf - --no-same-owner --unlink-first --recursive-unlink ||
		die "cannot copy into $into"
}

# ---- small tools ---------------------------------------------------------------------------------

# Prints TEMPLATE with each @NAME@ replaced by the variable of that name.
render() { # TEMPLATE NAME...
	local text name
	text=$(cat "$1")
	for name in "${@:2}"; do
		text=${text//"@$name@"/"${!name}"}
	done
	if [[ $text =~ @([A-Z_]+)@ ]]; then
		die "$1: no value for ${BASH_REMATCH[0]}"
	fi
	printf '%s\n' "$text"
}

random_hex() { od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n'; }

port_is_taken() { # PORT
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A free port below the range the kernel hands out to clients (32768 and up).
port_free() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		port_is_taken "$port" || break
	done
	printf '%s' "$port"
}

# A port is chosen some time before its server takes it: meanwhile it is kept by a lock, so that
# sites and tests that start at once choose different ones. The locks end with this shell.
PORT_LOCKS=()
port_keep() { # PORT: false when somebody has it
	local folder lock
	folder=/tmp/plaza-ports-$(id -u)
	[ -d "$folder" ] || mkdir -m 0700 "$folder" 2>/dev/null || true
	# where others got in our way it must do without a lock
	[ ! -L "$folder" ] && [ -d "$folder" ] && [ -O "$folder" ] || folder=$STATE/run
	exec {lock}>>"$folder/$1"
	if flock -n "$lock" && ! port_is_taken "$1"; then
		PORT_LOCKS+=("$lock")
	else
		exec {lock}>&-
		return 1
	fi
}

# One that was ours: a server that was killed has it until the last of its threads has ended.
port_keep_again() { # PORT
	local tries=0
	until port_keep "$1"; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || return 1
		sleep 0.1
	done
}

port_choose() { # NAME: a variable
	until printf -v "$1" %s "$(port_free)" && port_keep "${!1}"; do
		:
	done
}

# A server that lives on is not to keep the locks of all ports.
port_locks_close() {
	local lock
	for lock in "${PORT_LOCKS[@]}"; do
		exec {lock}>&-
	done
}

# The tail of a log, indented, for a message about what did not start.
log_tail() { # FILE
	[ ! -s "$1" ] || {
		say "       the last lines of $1:"
		tail -n 6 "$1" | cut -c1-300 | sed 's/^/       | /'
	} >&2
}
