/* Which guard is missing: only in the build that is made to fail. */
#include "base/sabotage.h"

#ifdef PLAZA_SABOTAGE

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

#define TEXTS_MAX 512

/* Guards that are words of a statement or a script. */
static const struct {
	const char *name, *guard, *instead;
} guards[] = {
	{ "gate-ticket", "if tickets[1] then return {0, tickets[1], s[5]} end", "" },
	{ "gate-once", "if call('HSETNX', KEYS[3], user, 'q' .. no) == 0 then",
	  "call('HSET', KEYS[3], user, 'q' .. no) if false then" },
	{ "gate-stock", "elseif stock <= 0 then refusal = 1 end", "end" },
	{ "sql-stock", "AND stock >= ?", "AND (stock >= ? OR 1)" },
	{ "return-once", "AND state IN (2, 3, 4, 5) AND is_returned = 0",
	  "AND state IN (2, 3, 4, 5)" },
};

/* What each text became, by its address: callers compare addresses. */
static struct {
	const char *text, *becomes;
} texts[TEXTS_MAX];

/* Also what a release is searched for. */
static void warn_once(void)
{
	static bool is_warned;

	if (!is_warned)
		fputs("SABOTAGE: this build is made to fail\n", stderr);
	is_warned = true;
}

bool sabotage_is(const char *name)
{
	const char *wanted = getenv("SABOTAGE");

	warn_once();
	return wanted && strcmp(wanted, name) == 0;
}

static const char *without_guards(const char *text)
{
	struct str all = str_from_c(text);
	struct arena *a;
	struct buf b;
	size_t i;

	for (i = 0; i < ARRAY_LEN(guards); i++) {
		ptrdiff_t at = str_find(all, str_from_c(guards[i].guard));

		if (at < 0 || !sabotage_is(guards[i].name))
			continue;
		a = arena_new(all.n + 256); /* as long as the process */
		buf_init(&b, a, all.n + 128);
		buf_add(&b, str_slice(all, 0, (size_t)at));
		buf_add(&b, str_from_c(guards[i].instead));
		buf_add(&b, str_slice(all, (size_t)at + strlen(guards[i].guard), all.n));
		return str_c(a, buf_str(&b));
	}
	return text;
}

const char *sabotage_text(const char *text)
{
	size_t i;

	for (i = 0; i < TEXTS_MAX && texts[i].text; i++) {
		if (texts[i].text == text)
			return texts[i].becomes;
	}
	if (i == TEXTS_MAX)
		return without_guards(text);
	texts[i].text = text;
	texts[i].becomes = without_guards(text);
	return texts[i].becomes;
}

#else

/* A file may not be empty. */
typedef int sabotage_is_not_here;

#endif
