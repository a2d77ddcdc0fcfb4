# shellcheck shell=bash disable=SC2034 # variables are read by render, by name
# Sourced by site.sh and install.sh: supervisor's programs from the table nginx/deploy/programs.tsv,
# and nginx's files.

# Prints the sections of all programs. Set by the caller: BIN, where they will be run from; RUN,
# LOG, CONFIG; OWNER, lines about the account for a supervisor that runs as root.
programs_render() { # DEPLOY
	local NAME KIND PROCESSES COMMAND
	while read -r NAME KIND PROCESSES COMMAND; do
		COMMAND=${COMMAND:-$NAME}
		render "$1/supervisor-$KIND.conf.in" NAME PROCESSES COMMAND BIN RUN LOG OWN_LOG CONFIG OWNER
	done < <(programs_table "$1")
}

programs_check() { # DEPLOY FOLDER
	local name
	for name in $(programs_table "$1" | awk '{ print $4 == "" ? $1 : $4 }'); do
		[ -x "$2/$name" ] || die "$2/$name is not there: the build is not complete"
	done
}

programs_table() { # DEPLOY
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1/programs.tsv"
}

programs_names() { # DEPLOY
	programs_table "$1" | cut -f1
}

# Fills the templates of the site in FROM into INTO. NGINX (what INTO will be called), ASSETS, ERRORS,
# MEDIA, CACHE, RUN and FORM_ADDRESS are set by the caller.
nginx_render() { # FROM INTO
	local file
	for file in "$1"/plaza-*.conf; do
		cp "$file" "$2/"
	done
	for file in "$1"/plaza-*.conf.in; do
		render "$file" NGINX ASSETS ERRORS MEDIA CACHE RUN FORM_ADDRESS >"$2/$(basename "$file" .in)"
	done
}
