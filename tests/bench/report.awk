# The report in Markdown, from file=1 requests.tsv, file=2 the notes, file=3 the queries and file=4 the
# results. Of several rounds the median is told; a ratio is the median of the rounds' own ratios.

file == 1 {
	order[++kinds] = $1
	if ($2 == "uncached" || $3 != "guest")
		is_program[$1] = 1
	ceiling[$1] = $5; least[$1] = $6; p99_most[$1] = $7
	what[$1] = $9
	for (i = 10; i <= NF; i++)
		what[$1] = what[$1] " " $i
	next
}

file == 2 {
	name = $1
	sub(/^[^ ]+ /, "")
	if (name == "pss") {
		split($0, part, " ")
		pss_when[++pss_count] = part[1]; pss[part[1]] = part[2]; pss_nginx[part[1]] = part[3]
	} else {
		note[name] = $0
	}
	next
}

file == 3 {
	queries[++pages] = $0
	next
}

# name round connections requests us p50 p99 failed bytes next group=ticks...
{
	key = $1 SUBSEP $3
	total += $4
	if ($2 == 0)
		next
	if (!(key in count))
		connections[$3] = $3
	n = ++count[key]
	rate[key, n] = $4 * 1e6 / $5
	p50[key, n] = $6 / 1000
	p99[key, n] = $7 / 1000
	requests[key] += $4
	failed[key] += $8
	bytes[key] += $9
	for (i = 11; i <= NF; i++) {
		split($i, part, "=")
		ticks[key, part[1]] += part[2]
	}
	if ($3 > most_connections)
		most_connections = $3
}

function median(values, key, n,    i, j, t, sorted) {
	for (i = 1; i <= n; i++)
		sorted[i] = values[key, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && sorted[j] < sorted[j - 1]; j--) {
			t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
		}
	low = sorted[1]; high = sorted[n]
	return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

# The median of each round's value over the ceiling's of the same round; 0 when there is none.
function ratio(values, name, c,    i, n, key, under) {
	key = name SUBSEP c
	under = ceiling[name] SUBSEP c
	n = count[key] < count[under] ? count[key] : count[under]
	for (i = 1; i <= n; i++)
		quotient["q", i] = values[under, i] ? values[key, i] / values[under, i] : 0
	return n ? median(quotient, "q", n) : 0
}

function verdict(is_good) { return is_good ? "ok" : "**MISSED**" }

function per_request(key, group) { return ticks[key, group] * 10000 / requests[key] }

function per_request_all(key,    g, sum) {
	for (g = 1; g <= 7; g++)
		sum += per_request(key, groups[g])
	return sum
}

function row(name, c,    key, m, r, r99, text) {
	key = name SUBSEP c
	if (!count[key])
		return
	m = median(rate, key, count[key])
	text = sprintf("| %s | %d", name, m)
	spread = m ? (high - low) / m : 0
	half = median(p50, key, count[key])
	text = text sprintf(" | %.2f | %.2f | %d %%%s", half, median(p99, key, count[key]), spread * 100,
		spread > 0.4 ? " (!)" : "")
	text = text " | " (ceiling[name] == "-" ? "" : sprintf("%.2f x %s", ratio(rate, name, c), ceiling[name]))
	text = text " | " (least[name] == "-" || c == 1 ? "" : ">= " least[name] " " verdict(ratio(rate, name, c) >= least[name]))
	text = text " | " (ceiling[name] == "-" ? "" : sprintf("%.2f", ratio(p99, name, c)))
	text = text (p99_most[name] == "-" || c == 1 ? "" : ", <= " p99_most[name] " " verdict(ratio(p99, name, c) <= p99_most[name]))
	text = text sprintf(" | %d | %s |", bytes[key] / requests[key], failed[key] ? "**" failed[key] "**" : "0")
	# With so many answers at this time each, fewer connections than there are were served. (nginx
	# alone answers some at once and others after a while: there it says nothing.)
	if (c > 1 && (name in is_program) && m * half / 1000 < 0.6 * c)
		text = text " starved: " sprintf("%.0f", m * half / 1000) " of " c " served"
	print text
}

function limit_row(text, value, most, unit) {
	printf "| %s | %s %s | <= %s %s |\n", text, value, unit, most, verdict(value + 0 <= most + 0)
}

END {
	print "# Speed\n"
	print "`make bench`: " note["run"] "; " note["machine"] ".\n"
	print "Ceilings are the least a request of its kind could do (tests/bench/ceilings.h), measured in the same rounds;"
	print "only the ratios to them say something. Load: wrk with one thread on the same processors. Limits by"
	print "address are off in nginx, as all requests come from one; the programs' limits by account are on.\n"

	printf "## %d connections\n\n", most_connections
	print "| | requests/s | p50 ms | p99 ms | spread | ratio | aim | p99 ratio | bytes | failed |"
	print "| --- | --: | --: | --: | --: | --: | --- | --- | --: | --: |"
	for (k = 1; k <= kinds; k++)
		row(order[k], most_connections)
	print ""
	for (k = 1; k <= kinds; k++)
		if (count[order[k], most_connections])
			print "- " order[k] ": " what[order[k]]

	print "\n## One connection: an idle site\n"
	print "| | requests/s | p50 ms | p99 ms | spread | ratio | aim | p99 ratio | bytes | failed |"
	print "| --- | --: | --: | --: | --: | --: | --- | --- | --: | --: |"
	for (k = 1; k <= kinds; k++)
		row(order[k], 1)

	print "\n## Processor time a request, in microseconds\n"
	split("programs ceilings nginx redis mariadb rabbitmq supervisor", groups, " ")
	printf "| |"
	for (g = 1; g <= 7; g++)
		printf " %s |", groups[g]
	printf " all | ceiling / it |\n| --- |"
	for (g = 1; g <= 9; g++)
		printf " --: |"
	print ""
	for (k = 1; k <= kinds; k++) {
		key = order[k] SUBSEP most_connections
		if (!count[key])
			continue
		printf "| %s |", order[k]
		for (g = 1; g <= 7; g++)
			printf " %.0f |", per_request(key, groups[g])
		printf " %.0f |", per_request_all(key)
		under = ceiling[order[k]] SUBSEP most_connections
		if (count[under] && per_request_all(key))
			printf " %.2f |", per_request_all(under) / per_request_all(key)
		else
			printf " |"
		print ""
	}

	print "\n## Bytes, votes, memory\n"
	print "| | | aim |\n| --- | --: | --- |"
	limit_row("the list", note["bytes_list"], 25000, "bytes")
	limit_row("an article with 20 comments", note["bytes_article_20"], 30000, "bytes")
	limit_row("an article with 200 comments", note["bytes_article_200"], 90000, "bytes")
	limit_row("front page and style sheet, gzip", note["bytes_front_gzip"], 14336, "bytes")
	limit_row("script, gzip", note["bytes_script_gzip"], 20480, "bytes")
	if ("persist" in note) {
		split(note["persist"], part, " ")
		persisted = part[2] ? part[1] * 1000 / part[2] : 0
		printf "| votes written to SQL (%d in %.1f s) | %d a second | >= 20000 %s |\n", part[1],
			part[2] / 1000, persisted, verdict(persisted >= 20000)
		printf "| votes and likes sent, and found in SQL | %d, %d | all %s |\n", note["votes_sent"],
			note["votes_stored"], verdict(note["votes_stored"] >= note["votes_sent"] * 0.999)
	}
	for (i = 1; i <= pss_count; i++)
		printf "| memory (PSS) of all our processes, %s | %.1f MB | %s |\n", pss_when[i],
			pss[pss_when[i]] / 1024, i < pss_count ? "" : "<= 64 " verdict(pss[pss_when[i]] <= 65536)
	printf "| nginx, %s | %.1f MB | |\n", pss_when[pss_count], pss_nginx[pss_when[pss_count]] / 1024
	printf "| requests of the rounds | %d | |\n", total

	print "\n## Statements and round trips, from the programs' log\n"
	print "| page | answers | SQL | Redis | most together |\n| --- | --: | --: | --: | --: |"
	for (i = 1; i <= pages; i++) {
		n = split(queries[i], part, " ")
		printf "| %s %s | %d | %d | %d | %d |\n", part[1], part[2], part[3], part[4], part[5], part[6]
	}
}
