/* Messages of events, taken apart. */
#include "support/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those */
#include <cmocka.h>

#include "base/num.h"

static int64_t next_number(struct str *rest)
{
	struct str text;
	int64_t n = 0;

	assert_true(str_split(rest, ',', &text));
	assert_true(num_parse_i64(text, 1, INT64_MAX, &n));
	return n;
}

bool sent_event_next(struct str *body, struct sent_event *out)
{
	struct str event, before;

	if (!str_split(body, ']', &event) || event.n == 0)
		return false;
	assert_true(str_split(&event, '"', &before));
	assert_true(str_split(&event, '"', &out->kind));
	assert_true(str_split(&event, ',', &before));
	out->type = next_number(&event);
	out->target = next_number(&event);
	out->user = next_number(&event);
	out->at = next_number(&event);
	assert_null(event.p);
	return true;
}
