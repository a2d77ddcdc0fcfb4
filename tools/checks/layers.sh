#!/bin/bash
# Who may include whom. Prints each include that points the wrong way; exit 1 when there is one.
#   base <- http, html, store <- domain <- web <- cgi-bin, workers
set -u
cd "$(dirname "$0")/../.." || exit 2

declare -A may=(
	[lib/base]="base"
	[lib/http]="base http"
	[lib/html]="base html"
	[lib/store]="base store"
	[lib/domain]="base html store domain"
	[lib/web]="base http html store domain web tmpl"
	[workers]="base html store domain"
	[tools/plazactl]="base html store domain"
)
# A client library is known to one folder only.
declare -A owner=(
	[mysql.h]=lib/store [hiredis/hiredis.h]=lib/store [hiredis.h]=lib/store [amqp.h]=lib/store
	[fcgiapp.h]=lib/web [md4c.h]=lib/html
)
bad=0

complain()
{
	printf '%s: %s may not include "%s"\n' "$1" "$2" "$3"
	bad=1
}

# Each project include of a file: its first folder must be one the layer may see.
check_file()
{
	local file=$1 layer=$2 allowed=$3 include folder
	while read -r include; do
		case $include in */*) ;; *) continue ;; esac
		folder=${include%%/*}
		case " $allowed " in *" $folder "*) ;; *) complain "$file" "$layer" "$include" ;; esac
	done < <(sed -nE 's/^#include "([^"]+)".*/\1/p' "$file")
}

for layer in "${!may[@]}"; do
	while read -r file; do
		check_file "$file" "$layer" "${may[$layer]} $(basename "$(dirname "$file")")"
	done < <(find "$layer" -name '*.[ch]' 2>/dev/null)
done
for binary in cgi-bin/*/; do
	name=$(basename "$binary")
	for file in "$binary"*.[ch]; do
		[ -e "$file" ] && check_file "$file" "cgi-bin/$name" "base html http domain web tmpl $name"
	done
done
for header in "${!owner[@]}"; do
	while IFS=: read -r file _; do
		case $file in
		"${owner[$header]}"/* | tests/*) ;;
		*) complain "$file" "$(dirname "$file")" "$header" ;;
		esac
	done < <(grep -rnE "^#include [<\"]$header[>\"]" lib cgi-bin workers tools tests --include='*.[ch]' 2>/dev/null)
done
exit $bad
