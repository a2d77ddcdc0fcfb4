/* What somebody is told whose account a moderator closed. */
#include "account/leaving_pages.h"

#include "base/clock.h"

/* "2026-01-31 08:05", in the site's zone. */
static struct str moment(struct arena *a, int64_t ms)
{
	struct clock_date d = clock_local(ms);

	return str_format(a, "%04d-%02d-%02d %02d:%02d", d.year, d.month, d.day, d.hour, d.minute);
}

struct str closed_words(struct req *r, const struct user_ban *ban)
{
	struct arena *a = r->ctx.arena;
	const struct str words[] = { moment(a, ban->until_at), ban->reason };

	if (ban->until_at && ban->reason.n)
		return text_format(a, r->language,
				   N_("A moderator closed this account until {0}. The reason: {1}"),
				   words, ARRAY_LEN(words));
	if (ban->until_at)
		return text_format(a, r->language, N_("A moderator closed this account until {0}."),
				   words, ARRAY_LEN(words));
	if (ban->reason.n)
		return text_format(a, r->language,
				   N_("A moderator closed this account. The reason: {1}"), words,
				   ARRAY_LEN(words));
	return req_text(r, "This account was closed by a moderator.");
}
