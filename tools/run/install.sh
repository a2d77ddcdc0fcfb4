#!/bin/bash
# `make install DESTDIR=`: the programs, and what nginx, supervisor and cron of a real server need to
# run them. Nothing is started, nothing enabled, and no file an administrator edits is replaced.
# shellcheck disable=SC2034 # variables are read by render, by name
set -eu
HERE=$(dirname "$(realpath "$0")")
TOP=$(dirname "$(dirname "$HERE")")
# shellcheck source=tools/run/common.sh
. "$HERE/common.sh"
# shellcheck source=tools/run/programs.sh
. "$HERE/programs.sh"
cd "$TOP"

DESTDIR=${DESTDIR:-}
BIN_DIR=${BIN_DIR:-build/release/bin}
DEPLOY=nginx/deploy

# Where things will be on the server.
BIN=/usr/lib/plaza
SHARE=/usr/share/plaza
NGINX=/etc/nginx/plaza ASSETS=$SHARE/assets ERRORS=$SHARE/errors MEDIA=/var/lib/plaza/media CACHE=/var/cache/plaza
RUN=/run/plaza LOG=/var/log/plaza OWN_LOG=/var/log/plaza/programs CONFIG=/etc/plaza/plaza.conf
# shellcheck disable=SC2016 # nginx's variable
FORM_ADDRESS='$binary_remote_addr'

put() { # MODE FILE INTO
	install -D -m "$1" "$2" "$DESTDIR$3"
}

# Standard input becomes the file.
put_text() { # INTO
	install -d "$(dirname "$DESTDIR$1")"
	cat >"$DESTDIR$1"
	chmod 0644 "$DESTDIR$1"
}

# A file to be edited: what is there stays, and the new one goes beside it.
put_edited() { # FILE INTO
	if [ -e "$DESTDIR$2" ] && ! cmp -s "$1" "$DESTDIR$2"; then
		put 0644 "$1" "$2.new"
		say "kept $2; the new one is $2.new"
	else
		put 0644 "$1" "$2"
	fi
}

put_folder() { # FROM INTO
	local file
	(cd "$1" && find . -type f ! -name '.*') | while read -r file; do
		put 0644 "$1/$file" "$2/$file"
	done
}

install_programs() {
	local name
	for name in "$BIN_DIR"/*; do
		put 0755 "$name" "$BIN/$(basename "$name")"
	done
	install -d "$DESTDIR/usr/bin"
	ln -sf "$BIN/plazactl" "$DESTDIR/usr/bin/plazactl"
	put_folder templates/assets "$ASSETS"
	put_folder nginx/errors "$ERRORS"
	put_folder sql "$SHARE/sql"
}

install_nginx() {
	install -d "$DESTDIR$NGINX" "$DESTDIR/etc/nginx/conf.d"
	nginx_render nginx "$DESTDIR$NGINX"
	# this one belongs at the http level, where Debian's nginx.conf includes it
	mv "$DESTDIR$NGINX/plaza-http.conf" "$DESTDIR/etc/nginx/conf.d/plaza.conf"
	put_edited $DEPLOY/plaza-tls.conf /etc/nginx/sites-available/plaza
}

# supervisor runs as root there, so each program names its account; nginx's may open the sockets. What
# root writes stays out of the account's own log folder, where a link could lead it anywhere.
install_supervisor() {
	local OWNER=user=plaza
	programs_render $DEPLOY |
		sed -e 's/^socket_mode=.*/&\nsocket_owner=plaza:www-data/' \
			-e "s#^stdout_logfile=$LOG/#stdout_logfile=/var/log/supervisor/plaza-#" |
		put_text /etc/supervisor/conf.d/plaza.conf
}

install_cron() {
	local CRON_ACCOUNT='plaza '
	render $DEPLOY/crontab.in CONFIG CRON_ACCOUNT BIN LOG | put_text /etc/cron.d/plaza
}

main() {
	umask 022
	programs_check $DEPLOY "$BIN_DIR"
	install_programs
	install_nginx
	install_supervisor
	install_cron
	put 0644 $DEPLOY/plaza.conf.example /etc/plaza/plaza.conf.example
	put 0644 $DEPLOY/sysusers.conf /usr/lib/sysusers.d/plaza.conf
	put 0644 $DEPLOY/tmpfiles.conf /usr/lib/tmpfiles.d/plaza.conf
	put 0644 $DEPLOY/logrotate.conf /etc/logrotate.d/plaza
	cat <<-EOF

	Installed${DESTDIR:+ below $DESTDIR}. On the server, as root:
	  systemd-sysusers && systemd-tmpfiles --create
	  cp /etc/plaza/plaza.conf.example $CONFIG      # fill in, chown plaza:, chmod 0600
	  su -s /bin/sh plaza -c 'PLAZA_CONFIG=$CONFIG plazactl migrate'
	  su -s /bin/sh plaza -c 'PLAZA_CONFIG=$CONFIG plazactl declare'
	  su -s /bin/sh plaza -c 'PLAZA_CONFIG=$CONFIG plazactl user create NAME --role admin --generate'
	  editor /etc/nginx/sites-available/plaza            # your name and certificate
	  ln -s ../sites-available/plaza /etc/nginx/sites-enabled/   # and remove "default" there
	  supervisorctl update && nginx -t && systemctl reload nginx
	EOF
}

main
