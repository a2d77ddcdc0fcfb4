/* When things happen on the demo site, and how much of it. */
#include "demo.h"

#include <math.h>

#include "base/clock.h"
#include "base/id.h"

#define DEMO_WORKER 1023 /* no process made ids in the past: these are nobody else's */
#define LATEST_MS (90 * CLOCK_SECOND)
#define BUSY_POSTS 70 /* of the last BUSY_HOURS */
#define BUSY_HOURS 8
#define RECENT_PERCENT 14 /* of the last three days, beside them */
#define SHARED_MOST 190   /* comments of a post that is not one of the fixed ones */

/* How many of a hundred write at each hour of the site's day. */
static const int hour_weights[24] = { 30, 16, 8,  5,  4,  6,  14, 30, 48, 60, 66, 62,
				      70, 64, 56, 58, 62, 60, 58, 66, 82, 96, 90, 60 };

/* Posts of known sizes, for looking at and for measuring: index from the newest, comments, quality.
 */
static const struct {
	size_t at, comments;
	double quality;
} fixed[] = {
	{ 150, 500, 30 }, { 210, 200, 22 }, { 90, 20, 14 }, { 120, 20, 9 },
	{ 300, 20, 4 },   { 64, 120, 26 },  { 40, 80, 18 }, { 20, 45, 12 },
	{ 8, 18, 9 },     { 260, 150, 24 }, { 12, 30, 11 }, { 30, 60, 20 },
};

int64_t demo_id(struct demo *d, int64_t at)
{
	uint64_t sequence = d->ids_made++ % 4096;

	return (int64_t)((uint64_t)(at - ID_EPOCH) << 22 | DEMO_WORKER << 12 | sequence);
}

static int64_t at_hour_of_day(struct demo *d, int64_t days_ago)
{
	struct clock_date today = clock_local(d->now);
	int64_t midnight =
		d->now - ((today.hour * 60 + today.minute) * 60 + today.second) * CLOCK_SECOND;
	size_t hour;

	do
		hour = chance_below(&d->chance, 24);
	while ((int)chance_below(&d->chance, 100) >= hour_weights[hour]);
	return midnight - days_ago * CLOCK_DAY + (int64_t)hour * CLOCK_HOUR +
	       chance_between(&d->chance, 0, CLOCK_HOUR - 1);
}

static int64_t choose_time(struct demo *d, size_t i)
{
	int64_t at;

	if (i < BUSY_POSTS)
		return d->now - LATEST_MS -
		       (int64_t)(pow(chance_unit(&d->chance), 1.3) * BUSY_HOURS *
				 (double)CLOCK_HOUR);
	do
		at = at_hour_of_day(d, chance_percent(&d->chance, RECENT_PERCENT)
					       ? chance_between(&d->chance, 0, 3)
					       : chance_between(&d->chance, 1, DEMO_DAYS));
	while (at > d->now - LATEST_MS);
	return at;
}

static int newest_first(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x < *y) - (*x > *y);
}

/* New posts have had no time to be found, but for a few that everybody talks about. */
static double freshness(const struct demo *d, const struct demo_post *p)
{
	double hours = (double)(d->now - p->created_at) / (double)CLOCK_HOUR;

	return hours < 10 ? 0.15 + 0.085 * hours : 1;
}

/* Comments one by one, each to a post in proportion to how much it is talked about. */
static void share_comments(struct demo *d, size_t left)
{
	double *upto = ARENA_ARRAY(d->arena, double, DEMO_POSTS);
	double sum = 0, at;
	size_t i, low, high;

	for (i = 0; i < DEMO_POSTS; i++) {
		const struct demo_post *p = &d->posts[i];

		if (!p->wanted)
			sum += freshness(d, p) *
			       chance_tail(&d->chance, pow(p->quality, 0.8), 1.25);
		upto[i] = sum;
	}
	while (left) {
		at = chance_unit(&d->chance) * sum;
		for (low = 0, high = DEMO_POSTS - 1; low < high;) {
			size_t middle = (low + high) / 2;

			if (upto[middle] < at)
				low = middle + 1;
			else
				high = middle;
		}
		if (d->posts[low].wanted >= SHARED_MOST)
			continue;
		d->posts[low].wanted++;
		left--;
	}
}

void demo_plan_posts(struct demo *d)
{
	int64_t *times = ARENA_ARRAY(d->arena, int64_t, DEMO_POSTS);
	size_t i, left = DEMO_COMMENTS;

	for (i = 0; i < DEMO_POSTS; i++)
		times[i] = choose_time(d, i);
	qsort(times, DEMO_POSTS, sizeof(*times), newest_first);
	for (i = 0; i < DEMO_POSTS; i++) {
		d->posts[i].created_at = times[i];
		d->posts[i].id = demo_id(d, times[i]);
		d->posts[i].quality = chance_tail(&d->chance, 0.5, 1.2);
	}
	for (i = 0; i < ARRAY_LEN(fixed); i++) {
		d->posts[fixed[i].at].wanted = fixed[i].comments;
		d->posts[fixed[i].at].is_counted = true;
		d->posts[fixed[i].at].quality = fixed[i].quality;
		left -= fixed[i].comments;
	}
	share_comments(d, left);
}
