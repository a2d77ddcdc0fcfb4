#!/bin/bash
# Private MariaDB, Redis and RabbitMQ for tests, all below DIR, as an unprivileged account:
#
#	tests/support/services.sh start DIR [NAME...]   start what is not running; NAME is mariadb,
#	                                                redis or rabbitmq, all three without one
#	tests/support/services.sh stop DIR [NAME...]    end what start began, by process id
#	tests/support/services.sh remove DIR            stop, and delete DIR
#	tests/support/services.sh sql DIR [ARGUMENT...]    the MariaDB client on the programs' database
#	tests/support/services.sh redis DIR [ARGUMENT...]  the Redis client as the administrator
#	tests/support/services.sh rabbitmqctl DIR ARGUMENT...  RabbitMQ's own tool
#	tests/support/services.sh run DIR COMMAND...    run a command as the account, with PLAZA_CONFIG
#
# A program needs PLAZA_CONFIG=DIR/plaza.conf and nothing else. Logs are in DIR/log. DIR becomes a
# link when it lies where the account may not go.
set -eu
TOP=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
# shellcheck source=tools/run/common.sh
. "$TOP/tools/run/common.sh"

usage() { die "usage: services.sh start|stop|remove|sql|redis|rabbitmqctl|run DIR [NAME... | COMMAND...]"; }

main() {
	[ $# -ge 2 ] || usage
	local command=$1 dir=$2
	shift 2
	if [ "$command" != start ] && [ ! -d "$dir" ]; then
		# nothing was started there, so there is nothing to end
		case $command in stop | remove) return 0 ;; *) die "there is no $dir" ;; esac
	fi
	state_open "$dir"
	case $command in
	start)
		state_stage "$TOP" programs tools/run
		as_account bash "$STATE/programs/tools/run/stores.sh" start "$STATE" "$@"
		;;
	stop | sql | redis | rabbitmqctl)
		as_account bash "$STATE/programs/tools/run/stores.sh" "$command" "$STATE" "$@"
		;;
	remove)
		as_account bash "$STATE/programs/tools/run/stores.sh" stop "$STATE"
		rm -rf "$STATE"
		[ ! -L "$dir" ] || rm "$dir"
		;;
	run) as_account env PLAZA_CONFIG="$STATE/plaza.conf" "$@" ;;
	*) usage ;;
	esac
}

main "$@"
