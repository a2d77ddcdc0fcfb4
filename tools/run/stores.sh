#!/bin/bash
# The private MariaDB, Redis and RabbitMQ of one state folder. Run as the account that owns it:
#
#	stores.sh start STATE [NAME...]    configure, start in the background, wait until they answer
#	stores.sh stop STATE [NAME...]     end what was started, by process id
#	stores.sh sql STATE [ARGUMENT...]    the MariaDB client, as the programs' user
#	stores.sh redis STATE [ARGUMENT...]  the Redis client, as the user that may do everything
#	stores.sh rabbitmqctl STATE ARGUMENT...  RabbitMQ's own tool
#
# site.sh sources this file and lets supervisor start the same launchers.
set -eu
HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tools/run/common.sh
. "$HERE/common.sh"

STORES=(mariadb redis rabbitmq)

# ---- configuration -------------------------------------------------------------------------------

# The generated passwords and chosen ports: "NAME=value" lines, kept from one start to the next.
# Read as data, never run; what the environment calls by these names is somebody else's.
secrets_load() {
	local file=$STATE/conf/secrets name value
	unset SITE_SECRET DB_PASSWORD REDIS_PASSWORD REDIS_ADMIN_PASSWORD MQ_PASSWORD MQ_COOKIE MQ_PORT MQ_DIST_PORT
	mkdir -p "$STATE/conf"
	touch "$file"
	while IFS='=' read -r name value; do
		[[ $name =~ ^[A-Z_]+$ && $value =~ ^[0-9a-f]+$ ]] || secrets_mend "is damaged"
		printf -v "$name" %s "$value"
	done <"$file"
}

# Its lines can be written again from the configuration that was made with them.
secrets_mend() { # WHAT
	die "$STATE/conf/secrets $1" "its lines are SITE_SECRET=, DB_PASSWORD= and MQ_PASSWORD=, with the values of" \
		"site.secret, db.password and mq.password in $STATE/plaza.conf"
}

# In one step: half a line would be in the way of all later starts.
secret() { # NAME VALUE: set unless known
	local kept
	[ -z "${!1:-}" ] || return 0
	printf -v "$1" %s "$2"
	kept=$(cat "$STATE/conf/secrets")
	printf '%s%s=%s\n' "${kept:+$kept$'\n'}" "$1" "$2" | write "$STATE/conf/secrets"
}

secrets_make() {
	local name
	secrets_load
	# what MariaDB and RabbitMQ know already cannot be chosen again
	for name in SITE_SECRET DB_PASSWORD MQ_PASSWORD; do
		[ ! -d "$STATE/data/mariadb" ] || [ -n "${!name:-}" ] || secrets_mend "has no $name"
	done
	secret SITE_SECRET "$(random_hex 32)"
	secret DB_PASSWORD "$(random_hex 16)"
	secret REDIS_PASSWORD "$(random_hex 16)"
	secret REDIS_ADMIN_PASSWORD "$(random_hex 16)"
	secret MQ_PASSWORD "$(random_hex 16)"
	secret MQ_COOKIE "$(random_hex 16)"
}

# Ports are kept while they are free, so that a broker restarted alone is found where it was.
ports_choose() {
	local name port
	! rabbitmq_listens || return 0
	for name in MQ_PORT MQ_DIST_PORT; do
		if [ -n "${!name:-}" ] && port_keep_again "${!name}"; then
			continue
		fi
		sed -i "/^$name=/d" "$STATE/conf/secrets"
		unset "$name"
		port_choose port
		secret "$name" "$port"
	done
}

rabbitmq_listens() {
	[ -n "${MQ_PORT:-}" ] && is_ours rabbitmq && rabbitmq_answers
}

write() { # FILE: standard input becomes FILE in one step
	cat >"$1.new"
	mv "$1.new" "$1"
}

# Writes every file the three servers and our programs read. SITE_URL and SITE_MODE may be preset.
stores_configure() {
	local name
	umask 077
	mkdir -p "$STATE"/{conf,run,log,outbox,data/{mariadb-tmp,redis,rabbitmq}}
	secrets_make
	ports_choose
	SITE_URL=${SITE_URL:-http://127.0.0.1}
	SITE_MODE=${SITE_MODE:-development}
	render "$HERE/conf/mariadb.cnf.in" STATE | write "$STATE/conf/mariadb.cnf"
	render "$HERE/conf/mariadb-init.sql.in" DB_PASSWORD | write "$STATE/conf/mariadb-init.sql"
	render "$HERE/conf/redis.conf.in" STATE REDIS_PASSWORD REDIS_ADMIN_PASSWORD |
		write "$STATE/conf/redis.conf"
	render "$HERE/conf/rabbitmq.conf.in" MQ_PORT MQ_PASSWORD | write "$STATE/conf/rabbitmq.conf"
	printf '[].\n' | write "$STATE/conf/rabbitmq-plugins"
	rm -f "$STATE/data/rabbitmq/.erlang.cookie"
	printf %s "$MQ_COOKIE" | write "$STATE/data/rabbitmq/.erlang.cookie"
	chmod 0400 "$STATE/data/rabbitmq/.erlang.cookie"
	render "$HERE/conf/plaza.conf.in" STATE SITE_URL SITE_MODE SITE_SECRET DB_PASSWORD \
		REDIS_PASSWORD MQ_PORT MQ_PASSWORD | write "$STATE/plaza.conf"
	for name in "${STORES[@]}"; do
		render "$HERE/conf/$name.sh.in" STATE MQ_DIST_PORT | write "$STATE/conf/$name.sh"
	done
	mariadb_install
}

# The data folder appears only when it is complete, so an interrupted first start is no trouble.
mariadb_install() {
	local data=$STATE/data/mariadb
	[ ! -d "$data" ] || return 0
	rm -rf "$data.new"
	mkdir "$data.new"
	mariadb-install-db --no-defaults --datadir="$data.new" --tmpdir="$STATE/data/mariadb-tmp" \
		--auth-root-authentication-method=socket --auth-root-socket-user=root \
		--skip-test-db --skip-name-resolve \
		--character-set-server=utf8mb4 \
		--innodb-flush-log-at-trx-commit=0 --innodb-log-file-size=96M \
		>"$STATE/log/mariadb-install.log" 2>&1 || {
		log_tail "$STATE/log/mariadb-install.log"
		die "MariaDB's data folder could not be made"
	}
	mv "$data.new" "$data"
}

# ---- readiness -----------------------------------------------------------------------------------

mariadb_answers() {
	MYSQL_PWD=$DB_PASSWORD mariadb --no-defaults -S "$STATE/run/mariadb.sock" -u plaza -D plaza \
		-e 'SELECT 1' >/dev/null 2>&1
}

redis_answers() {
	[ "$(REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -s "$STATE/run/redis.sock" ping 2>/dev/null)" = PONG ]
}

# A listening port is not enough: the broker must answer the protocol's greeting.
rabbitmq_answers() {
	local type=
	{
		exec 9<>"/dev/tcp/127.0.0.1/$MQ_PORT" && printf 'AMQP\0\0\11\1' >&9 &&
			IFS= read -r -n1 -t2 type <&9
	} 2>/dev/null || true
	{ exec 9>&-; } 2>/dev/null
	[ "$type" = $'\1' ]
}

# Waits until NAME answers. Gives up after some minutes, or at once when GONE (a command) says it ended.
store_wait() { # NAME GONE...
	local name=$1 tries=0
	shift
	until "${name}_answers"; do
		tries=$((tries + 1))
		if [ $tries -gt 2400 ] || "$@"; then
			log_tail "$STATE/log/$name.log"
			die "$name did not start"
		fi
		sleep 0.1
	done
}

# ---- background processes ------------------------------------------------------------------------

# The process id alone may have been given to another process since: its start time tells.
started_at() { # PID
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	# the name in parentheses may hold spaces; the start is field 22, the state field 3
	# shellcheck disable=SC2086
	set -- ${stat##*) }
	[ "$1" != Z ] || return 1
	printf %s "${20}"
}

is_ours() { # NAME: the process recorded for NAME is alive
	local pid start
	read -r pid start 2>/dev/null <"$STATE/run/$1.process" || return 1
	[ "$(started_at "$pid")" = "$start" ]
}

has_ended() { ! is_ours "$1"; }

store_start() { # NAME
	! is_ours "$1" || return 0
	(port_locks_close && exec setsid bash "$STATE/conf/$1.sh") </dev/null >>"$STATE/log/$1.log" 2>&1 &
	local pid=$!
	printf '%s %s\n' "$pid" "$(started_at "$pid")" >"$STATE/run/$1.process"
}

store_stop() { # NAME
	local pid tries=0
	is_ours "$1" || return 0
	read -r pid _ <"$STATE/run/$1.process"
	kill -CONT "$pid"
	kill -TERM "$pid"
	while is_ours "$1"; do
		tries=$((tries + 1))
		# only a hung server gets here: what it confirmed is on the disk
		[ $tries -ne 300 ] || kill -KILL "$pid"
		sleep 0.05
	done
	rm -f "$STATE/run/$1.process"
}

# ---- commands ------------------------------------------------------------------------------------

start() { # NAME...
	local name
	stores_configure
	for name; do
		store_start "$name"
	done
	for name; do
		store_wait "$name" has_ended "$name"
	done
}

stop() { # NAME...
	local name pids=()
	for name; do
		store_stop "$name" &
		pids+=($!)
	done
	for name in "${pids[@]}"; do
		wait "$name"
	done
}

sql() { # ARGUMENT...
	secrets_load
	MYSQL_PWD=$DB_PASSWORD mariadb --no-defaults --default-character-set=utf8mb4 \
		-S "$STATE/run/mariadb.sock" -u plaza -D plaza "$@"
}

redis() { # ARGUMENT...
	secrets_load
	REDISCLI_AUTH=$REDIS_ADMIN_PASSWORD redis-cli -s "$STATE/run/redis.sock" --user admin "$@"
}

# The broker's own port is the Erlang one and there is no epmd, so the tool is told where to look
# and not to listen itself.
rabbitmqctl() { # ARGUMENT...
	secrets_load
	cd "$STATE/data/rabbitmq"
	env HOME="$STATE/data/rabbitmq" RABBITMQ_CONF_ENV_FILE=/dev/null \
		RABBITMQ_CTL_ERL_ARGS="-sname ctl$$@localhost -start_epmd false -dist_listen false \
			-erl_epmd_port $MQ_DIST_PORT" \
		/usr/lib/rabbitmq/bin/rabbitmqctl -n plaza@localhost "$@"
}

main() { # COMMAND STATE [NAME... | ARGUMENT...]
	local command=$1
	STATE=$2
	shift 2
	case $command in
	start | stop) [ $# -gt 0 ] || set -- "${STORES[@]}" ;;
	esac
	case $command in
	start) start "$@" ;;
	stop) stop "$@" ;;
	sql) sql "$@" ;;
	redis) redis "$@" ;;
	rabbitmqctl) rabbitmqctl "$@" ;;
	*) die "usage: stores.sh start|stop|sql|redis|rabbitmqctl STATE [NAME... | ARGUMENT...]" ;;
	esac
}

[ "${BASH_SOURCE[0]}" != "$0" ] || main "$@"
