#!/bin/bash
# House rules a machine can see: lengths, forbidden words, SQL that is not a constant, unsafe markup.
# Prints each offence as file:line: what; exit 1 when there is one.
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0

report()
{
	[ -z "$1" ] && return
	printf '%s\n' "$1"
	bad=1
}

sources=$(git ls-files -co --exclude-standard '*.c' '*.h')
code=$(git ls-files -co --exclude-standard 'lib/*.[ch]' 'cgi-bin/*.[ch]' 'workers/*.[ch]' 'tools/*.[ch]')

# Files of at most 400 lines (300 in cgi-bin), functions of at most 60. Word lists are data.
report "$(for file in $sources; do
	lines=$(wc -l <"$file")
	most=400
	case $file in
	cgi-bin/*) most=300 ;;
	*_names.c | *_words.c | *_stock*.c | *_texts*.c) continue ;;
	esac
	[ "$lines" -gt "$most" ] && echo "$file:1: $lines lines, $most at most"
done)"
report "$(awk '
	FNR == 1 { start = 0 }
	/^{/ { start = FNR }
	/^}/ { if (start && FNR - start - 1 > 60) printf "%s:%d: a function of %d lines, 60 at most\n", FILENAME, start, FNR - start - 1; start = 0 }
' $(printf '%s\n' $code | grep '\.c$'))"

# Nothing is left for later.
report "$(git grep -nIE '\b(TODO|FIXME|XXX|HACK)\b' -- '*.c' '*.h' '*.mk' Makefile 'templates/*' 'sql/*' 'nginx/*' '*.sh' ':!tools/checks')"

# A statement is a constant: no format directive stands in SQL, and only plazactl runs a script.
report "$(grep -nE 'SQL\(.*%[sdl]' $code)"
report "$(grep -nE '\bdb_run_script_unsafe\(' $code | grep -vE '^(lib/store/db|tools/plazactl/)')"

# Markup that skips the escape comes from few places.
report "$(grep -nE '\bhtml_trusted_column\(' $code | grep -vE '^(lib/html/|lib/domain/)')"
report "$(grep -nE '\bhtml_put_markup\(' $code | grep -vE '^(lib/html/|tools/tmplc/)')"

# Processes of the site start no others.
report "$(grep -nE '\b(system|popen|execv[pe]*|execl[pe]*)\(' $(printf '%s\n' $code | grep -vE '^tools/'))"

# Words of a guard that `make fault-sabotage` takes away are there to be taken away.
report "$(sed -nE 's/^\t\{ "[a-z-]+", "([^"]+)",.*/\1/p' lib/base/sabotage.c | while read -r guard; do
	grep -qF -- "$guard" lib/domain/*.c || echo "lib/base/sabotage.c:1: nothing says: $guard"
done)"
exit $bad
