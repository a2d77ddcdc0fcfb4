# What sale.sh has measured (file=1), and of the rounds' results (file=2) the presses beside H and R, as
# a section of the report.

file == 2 {
	if ($2 > 0 && $3 > 1)
		rate_of[$1, $2] = $4 * 1e6 / $5
	if ($1 == "press" && $2 > rounds)
		rounds = $2
	next
}
$1 == "one" || $1 == "many" || $1 == "orders" {
	value[$1, ++count[$1]] = $2 * 1e6 / $3
	next
}
$1 == "rush" { for (i = 2; i <= NF; i++) rush[i - 1] = $i; next }
$1 == "steady" { rate = $2; for (i = 3; i <= NF; i++) steady[i - 2] = $i; next }
$1 == "first" { first_n = $2; first_p99 = $3; first_bad = $4 }

function median(name,    i, j, t, n, sorted) {
	n = count[name]
	for (i = 1; i <= n; i++)
		sorted[i] = value[name, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && sorted[j] < sorted[j - 1]; j--) {
			t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
		}
	return n ? (n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2) : 0
}

# The median of the rounds' own ratios.
function ratio(name, under,    i) {
	for (i = 1; i <= rounds; i++)
		if (rate_of[under, i])
			value["ratio " under name, ++count["ratio " under name]] = rate_of[name, i] / rate_of[under, i]
	return median("ratio " under name)
}

function verdict(is_good) { return is_good ? "ok" : "**MISSED**" }

END {
	one = median("one"); many = median("many"); orders = median("orders")
	print "\n## Flash sales: the request\n"
	print "| | x H, hello | x R, and one GET | x V |\n| --- | --: | --: | --: |"
	printf "| accepted | %.2f | %.2f | %.2f |\n", ratio("press", "H"), ratio("press", "R"), ratio("press", "V")
	printf "| accepted, and written meanwhile | %.2f | %.2f | %.2f |\n", ratio("press-written", "H"), ratio("press-written", "R"), ratio("press-written", "V")
	printf "| sold out | %.2f | %.2f | %.2f |\n", ratio("press-sold-out", "H"), ratio("press-sold-out", "R"), ratio("press-sold-out", "V")
	printf "| bought before | %.2f | %.2f | %.2f |\n", ratio("press-again", "H"), ratio("press-again", "R"), ratio("press-again", "V")
	print "\n## Flash sales: orders\n"
	print "| | orders/s | aim |\n| --- | --: | --- |"
	printf "| one durable transaction for each order, one connection | %d | |\n", one
	printf "| 128 orders in an INSERT and a commit, one connection | %d | |\n", many
	printf "| `orders`, from its queue: with tickets and acks | %d | >= 0.50 x many: %.2f %s; >= 20 x one: %.1f %s |\n",
		orders, many ? orders / many : 0, verdict(orders >= 0.5 * many), one ? orders / one : 0, verdict(orders >= 20 * one)
	print "\n## Flash sales: from the press to the result\n"
	print "| | | aim |\n| --- | --: | --- |"
	printf "| the page of a sale, first second, 180 connections | %d answers, p99 %s, %d failed | none failed %s |\n",
		first_n, first_p99, first_bad, verdict(first_n > 0 && !first_bad)
	printf "| buyers in one second, orders | %d, %d | |\n", rush[1], rush[3]
	printf "| answered and known / failed | %d / %d | all, none %s |\n", rush[2], rush[5], verdict(rush[1] && rush[2] == rush[1] && !rush[5])
	printf "| press to order, p50 / p99 | %.0f / %.0f ms | |\n", rush[6] / 1000, rush[7] / 1000
	printf "| last result after the last press | %d ms | <= 2000 %s |\n", rush[8], verdict(rush[1] && rush[8] <= 2000)
	printf "| steady, presses a second | %d (machine %d %% busy) | |\n", rate, steady[9]
	printf "| with an order / refused / failed, of units for all | %d of %d / %d / %d | all, none, none %s |\n", steady[3],
		steady[1], steady[4], steady[5], verdict(steady[1] && steady[3] == steady[1] && !steady[4] && !steady[5])
	printf "| press to order, p50 | %.0f ms | <= 50 %s |\n", steady[6] / 1000, verdict(steady[1] && steady[6] <= 50000)
	printf "| press to order, p99 | %.0f ms | <= 250 %s |\n", steady[7] / 1000, verdict(steady[1] && steady[7] <= 250000)
}
