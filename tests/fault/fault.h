/* What the tests of broken parts share: a site on stores of its own, and requests that may not
 * hang. */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <signal.h>

#include "web/web.h"

#include "base/clock.h"
#include "support/child.h"

#define PATIENCE_MS \
	10000 /* nobody waits longer for an answer, whatever is broken: about half of it */
#define RECOVERY_MS 8000 /* from a store's return to the first good answer: a second, as a rule */

/* Every test, or the short ones only. */
static inline bool fault_is_long(void)
{
	return getenv("FAULT_LONG") != NULL;
}

/* Stores that nobody else uses, whatever make has started for the others. */
static inline struct site *fault_start(const char *const *programs, const char *const *workers)
{
	unsetenv("PLAZA_TEST_STATE");
	site = site_start(programs);
	for (; *workers; workers++)
		site_start_worker(site, *workers);
	return site;
}

static inline struct reply ask_in_time_at(struct browser *b, const struct ask *ask,
					  const char *file, int line)
{
	int64_t started = clock_ticks();
	struct reply r = browser_ask(b, ask);
	int64_t ms = clock_ticks() - started;

	if (ms < PATIENCE_MS)
		return r;
	print_error("%s took %lld ms\n", ask->path, (long long)ms);
	_fail(file, line);
	return r;
}
#define ask_in_time(browser, ...) \
	ask_in_time_at((browser), &(struct ask){ __VA_ARGS__ }, __FILE__, __LINE__)

/* A form with a right token, as its body, to be sent as often as wished. */
static inline struct str fault_form(struct browser *b, const char *fields)
{
	return str_format(b->arena, STR_FMT "%s%s", STR_ARG(browser_token(b)), *fields ? "&" : "",
			  fields);
}

/* Until is_good holds; its time in ms, at most so many, else the test has failed. */
static inline int64_t fault_wait_at(bool (*is_good)(void *context), void *context, int64_t most_ms,
				    const char *what, const char *file, int line)
{
	int64_t started = clock_ticks();

	while (!is_good(context)) {
		if (clock_ticks() - started > most_ms) {
			print_error("not within %lld ms: %s\n", (long long)most_ms, what);
			_fail(file, line);
		}
		usleep(20000);
	}
	return clock_ticks() - started;
}
#define fault_wait(is_good, context, most_ms) \
	fault_wait_at((is_good), (context), (most_ms), #is_good, __FILE__, __LINE__)

/* Somebody waits for a row that the test has locked. */
static inline bool fault_is_row_waited_for(void *context)
{
	static const struct db_sql sql =
		SQL("SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status"
		    " WHERE variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS'");

	(void)context;
	return visit_number(site, &sql, DB_NO_ARGS) > 0;
}

/* The test's own connections are open again: after a store came back. */
static inline bool fault_is_connected(void *context)
{
	struct ctx *c = site_ctx(site);
	struct cache_reply *reply;

	(void)context;
	return !db_ping(c->db) && !cache_run(c->cache, &reply, CACHE_ARGS(STR("PING")));
}

#endif
