#!/bin/bash
# The whole site of one state folder, under one supervisord. Run as the account that owns the
# folder; run.sh puts the programs there and starts this.
#
#	site.sh up STATE PORT            start everything, print the address, stay until told to stop
#	site.sh restart STATE [NAME...]  replace running programs by what is in STATE/programs now
#
# From the environment: DEMO=no leaves the database empty, LIMITS=off lifts nginx's limits (for
# measurements and tests), SITE_MODE is development or production.
# shellcheck disable=SC2034 # variables are read by render, by name
set -eu
HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tools/run/stores.sh
. "$HERE/stores.sh"
# shellcheck source=tools/run/programs.sh
. "$HERE/programs.sh"

# ---- configuration -------------------------------------------------------------------------------

# Everything nginx and supervisor read, from the templates that were staged with the programs.
site_configure() {
	local from=$STATE/programs/nginx
	SITE_URL=http://127.0.0.1:$PORT
	stores_configure
	export PLAZA_CONFIG=$STATE/plaza.conf
	rm -rf "$STATE/cache"
	mkdir -p "$STATE/cache"
	BIN=$STATE/programs/bin RUN=$STATE/run LOG=$STATE/log OWN_LOG=$STATE/log CONFIG=$PLAZA_CONFIG
	CRON_ACCOUNT='' OWNER=''
	programs_check "$from/deploy" "$BIN"
	nginx_configure "$from"
	render "$from/deploy/supervisord.conf.in" STATE | write "$STATE/conf/supervisord.conf"
	{
		programs_render "$from/deploy"
		render "$from/deploy/supervisor-front.conf.in" STATE
	} | write "$STATE/conf/programs.later"
	{
		render "$from/deploy/crontab.in" CONFIG CRON_ACCOUNT BIN LOG
		say "*/5 * * * * /bin/bash $HERE/rotate.sh $STATE"
	} | write "$STATE/conf/crontab"
	# supervisor reads this one; it is put in place when the database is ready
	write "$STATE/conf/programs.conf" </dev/null
}

nginx_configure() { # FROM
	NGINX=$STATE/conf/nginx ASSETS=$STATE/programs/assets CACHE=$STATE/cache/guests
	ERRORS=$1/errors MEDIA=$STATE/media
	# shellcheck disable=SC2016 # nginx's variable
	FORM_ADDRESS='$binary_remote_addr'
	[ "${LIMITS:-on}" = on ] || FORM_ADDRESS='""'
	rm -rf "$NGINX"
	mkdir -p "$NGINX"
	nginx_render "$1" "$NGINX"
	render "$1/nginx.conf.in" STATE PORT NGINX | write "$NGINX/nginx.conf"
}

# ---- processes -----------------------------------------------------------------------------------

SUPERVISOR=
CHILD=

# A session of its own keeps the terminal's signals away; should this script be killed, the kernel
# tells supervisord to stop.
supervisor_start() {
	setsid setpriv --pdeathsig TERM supervisord -c "$STATE/conf/supervisord.conf" \
		</dev/null >>"$STATE/log/supervisord.out" 2>&1 &
	SUPERVISOR=$!
	printf '%s %s\n' "$SUPERVISOR" "$(started_at "$SUPERVISOR")" >"$STATE/run/supervisor.process"
}

# It would wait for ever for a supervisor that does not answer.
ctl() { timeout 120 supervisorctl -c "$STATE/conf/supervisord.conf" "$@"; }

# Processes of the supervisor's session, which is all it ever started, one id a line.
session_members() { # SESSION
	local stat rest pid
	for stat in /proc/[0-9]*/stat; do
		rest=$(cat "$stat" 2>/dev/null) || continue
		pid=${rest%% *}
		# shellcheck disable=SC2086
		set -- "$1" ${rest##*) }
		if [ "$5" = "$1" ] && [ "$2" != Z ] && [ -O "/proc/$pid" ]; then
			say "$pid"
		fi
	done
}

# Ends what a supervisor that was killed left behind.
session_end() { # SESSION
	local tries=0 pids
	while pids=$(session_members "$1") && [ -n "$pids" ]; do
		tries=$((tries + 1))
		# shellcheck disable=SC2086 # a list
		if [ $tries -eq 1 ]; then
			kill -TERM $pids 2>/dev/null || true
		elif [ $tries -gt 100 ]; then
			kill -KILL $pids 2>/dev/null || true
		fi
		sleep 0.1
	done
}

leftovers_end() {
	local session
	read -r session _ 2>/dev/null <"$STATE/run/supervisor.process" || return 0
	# a living process of that number that is not ours has taken the number over
	if ! started_at "$session" >/dev/null || is_ours supervisor; then
		session_end "$session"
	fi
	rm -f "$STATE/run/supervisor.process"
}

# Runs a long command so that a signal is heard at once.
patiently() { # COMMAND...
	local status=0
	"$@" &
	CHILD=$!
	wait "$CHILD" || status=$?
	CHILD=
	return $status
}

finish() {
	local status=$?
	trap '' INT TERM HUP
	trap - EXIT
	[ -z "$CHILD" ] || kill -TERM "$CHILD" 2>/dev/null || true
	if [ -n "$SUPERVISOR" ]; then
		say ""
		step "stopping"
		kill -TERM "$SUPERVISOR" 2>/dev/null || true
		wait "$SUPERVISOR" 2>/dev/null || true
		session_end "$SUPERVISOR"
		rm -f "$STATE/run/supervisor.process"
		say "everything is stopped"
	fi
	exit "$status"
}

# ---- starting ------------------------------------------------------------------------------------

lock() {
	# descriptor 4 is one that supervisord leaves open and its children do not have: the lock lasts
	# as long as either process
	exec 4>>"$STATE/run/lock"
	flock -n 4 && return
	say "another run of this checkout is still there; waiting for it to stop"
	flock -w 20 4 || die "this checkout is running already" \
		"stop it first, or see $(cat "$STATE/run/address" 2>/dev/null)"
}

# Without a supervisor nothing was started, and no other log says why.
has_given_up() { # NAME
	if ! kill -0 "$SUPERVISOR" 2>/dev/null; then
		log_tail "$STATE/log/supervisord.out"
		die "supervisord did not start"
	fi
	ctl status "$1" 2>/dev/null | grep -q FATAL
}

migrate() {
	patiently plazactl migrate || die "the database could not be migrated"
	[ "${DEMO:-yes}" = yes ] && [ ! -e "$STATE/data/demo" ] || return 0
	step "loading the demo data"
	patiently plazactl demo || die "the demo data could not be loaded"
	touch "$STATE/data/demo"
}

program() { # NAME ARGUMENTS
	local name=$1
	shift
	(cd "$STATE/programs" && exec "bin/$name" "$@")
}

plazactl() { program plazactl "$@"; }

programs_start() {
	write "$STATE/conf/programs.conf" <"$STATE/conf/programs.later"
	ctl update >/dev/null || die "supervisor refused the programs" "see $STATE/log/supervisord.log"
}

http_status() { # PATH
	local answer=
	{
		exec 9<>"/dev/tcp/127.0.0.1/$PORT" &&
			printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$1" >&9 &&
			IFS= read -r -t2 answer <&9
	} 2>/dev/null || true
	{ exec 9>&-; } 2>/dev/null
	answer=${answer#* }
	printf '%s' "${answer%% *}"
}

# The programs that supervisor cannot keep up, one a line: "post:post_0 BACKOFF ...".
failing() { ctl status | grep -E ' (BACKOFF|FATAL|EXITED) '; }

# Says which program does not run, with the end of its log; when all of them do, the logs of those that
# answer.
site_explain() {
	local name state rest
	if ! failing >/dev/null; then
		for name in nginx supervisord site_0; do
			log_tail "$STATE/log/$name.log"
		done
		return
	fi
	failing | while read -r name state rest; do
		say "       $name: $state $rest" >&2
		log_tail "$STATE/log/${name#*:}.log"
	done
}

site_wait() {
	local from=$SECONDS answer
	until answer=$(http_status /healthz) && [ "$answer" = 200 ]; do
		# a program may need more than one attempt, but not for long
		if [ $((SECONDS - from)) -gt 180 ] || { [ $((SECONDS - from)) -gt 10 ] && failing >/dev/null; }; then
			site_explain
			say "       load: $(cat /proc/loadavg)" >&2
			die "the site does not answer on port $PORT (/healthz: ${answer:-nothing})"
		fi
		sleep 0.1
	done
}

announce() {
	say ""
	say "Plaza is running:  $SITE_URL/"
	say ""
	[ "${DEMO:-yes}" != yes ] || plazactl demo --accounts || true
	say ""
	say "Logs are in $STATE/log, mails at $SITE_URL/dev/outbox. Ctrl-C stops everything."
}

up() {
	umask 077
	mkdir -p "$STATE/run"
	lock
	leftovers_end
	trap finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	rm -f "$STATE/run/address"
	if [ "$PORT" -eq 0 ]; then
		port_choose PORT
	else
		port_keep "$PORT" || die "port $PORT is taken, since a moment ago"
	fi
	if [ ! -d "$STATE/data/mariadb" ]; then
		step "creating a private MariaDB, Redis and RabbitMQ"
	else
		step "starting MariaDB, Redis and RabbitMQ"
	fi
	site_configure
	supervisor_start
	store_wait mariadb has_given_up mariadb
	store_wait redis has_given_up redis
	migrate
	store_wait rabbitmq has_given_up rabbitmq
	# the queues are there before anything is published
	plazactl declare || die "RabbitMQ refused the exchanges and queues"
	# at once what cron would send within a minute: the demo's pictures, and what waited since the last run
	program compensator >>"$STATE/log/cron.log" 2>&1 || true
	step "starting nginx, the programs, the workers and cron"
	programs_start
	site_wait
	printf '%s\n' "$SITE_URL" >"$STATE/run/address"
	announce
	# from here on this is how one ends it, not a failure
	trap 'exit 0' INT
	# a signal that comes as the shell begins to wait is heard when it ends: so it waits for moments
	while kill -0 "$SUPERVISOR" 2>/dev/null; do
		sleep 1 &
		wait $! || true
	done
	die "supervisord ended" "see $STATE/log/supervisord.log"
}

# ---- restarting ----------------------------------------------------------------------------------

# One process after the other: the socket stays open, so no reader notices. The schema first: the old programs get
# along with a newer one, the new ones not with an older one.
restart() { # NAME...
	local process found=no
	is_ours supervisor || die "nothing runs here: make run"
	PLAZA_CONFIG=$STATE/plaza.conf plazactl migrate || die "the database could not be migrated"
	if [ $# -eq 0 ]; then
		mapfile -t < <(programs_names "$STATE/programs/nginx/deploy")
		set -- "${MAPFILE[@]}"
	fi
	for process in $(ctl status | awk '{ print $1 }'); do
		case " $* " in *" ${process%%:*} "*)
			found=yes
			ctl restart "$process"
			;;
		esac
	done
	[ "$found" = yes ] ||
		die "no such program: $*" "there are: $(programs_names "$STATE/programs/nginx/deploy" | xargs)"
}

site_main() { # COMMAND STATE ...
	local command=$1
	STATE=$2
	shift 2
	case $command in
	up)
		PORT=$1
		up
		;;
	restart) restart "$@" ;;
	*) die "usage: site.sh up STATE PORT, site.sh restart STATE [NAME...]" ;;
	esac
}

site_main "$@"
