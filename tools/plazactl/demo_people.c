/* The people of the demo site: names put together from two lists, a few of them very busy. */
#include "demo.h"

#include <math.h>

#include "base/clock.h"

#define ENGLISH_PERCENT 40
#define ACTIVITY_FLAT 8   /* the busiest is some 30 times as busy as the least busy */
#define ABROAD_PERCENT 12 /* posts in the language that is not one's own */
#define CHOOSE_TRIES 200

const char *const demo_account_names[DEMO_ACCOUNTS] = { "admin", "moderator", "member" };

static bool is_name_taken(const struct demo *d, size_t count, struct str name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_is(d->users[i].name, name))
			return true;
	return false;
}

static struct str make_name(struct demo *d, size_t count, struct story *t)
{
	struct buf b;

	do {
		buf_init(&b, d->arena, 32);
		t->used_count = 0;
		story_tell(t, &d->chance, &b, STR("first"));
		story_tell(t, &d->chance, &b, STR("last"));
	} while (is_name_taken(d, count, buf_str(&b)));
	return buf_str(&b);
}

static struct str make_bio(struct demo *d, struct story *t)
{
	struct buf b;

	if (chance_percent(&d->chance, 35))
		return (struct str){ 0 };
	buf_init(&b, d->arena, 128);
	t->bound_count = 0;
	story_tell(t, &d->chance, &b, STR("bio"));
	return buf_str(&b);
}

/* Most are older than the oldest post; the rest came one after the other since. */
static int64_t make_birth(struct demo *d, size_t i)
{
	int64_t age = i < DEMO_ACCOUNTS || chance_percent(&d->chance, 75)
			      ? chance_between(&d->chance, DEMO_DAYS + 1, 420)
			      : chance_between(&d->chance, 3, DEMO_DAYS);

	return d->now - age * CLOCK_DAY - chance_between(&d->chance, 0, CLOCK_DAY);
}

void demo_make_people(struct demo *d)
{
	size_t i;

	for (i = 0; i < DEMO_USERS; i++) {
		struct demo_user *u = &d->users[i];
		struct story t = { 0 };

		u->language = chance_percent(&d->chance, ENGLISH_PERCENT) ? DEMO_EN : DEMO_ZH;
		t.stock = &d->general[u->language];
		u->created_at = make_birth(d, i);
		u->id = demo_id(d, u->created_at);
		u->activity =
			1 / (double)(1 + chance_below(&d->chance, DEMO_USERS) + ACTIVITY_FLAT);
		u->bio = make_bio(d, &t);
		if (i < DEMO_ACCOUNTS)
			u->name = str_from_c(demo_account_names[i]);
		else
			u->name = make_name(d, i, &t);
	}
	d->users[DEMO_ADMIN].role = ROLE_ADMIN;
	d->users[DEMO_MODERATOR].role = ROLE_MODERATOR;
}

int demo_choose_author(struct demo *d, int64_t at, enum demo_language language)
{
	const double most = 1 / (double)(1 + ACTIVITY_FLAT);
	size_t i = 0;
	int tries;

	for (tries = 0; tries < CHOOSE_TRIES; tries++) {
		const struct demo_user *u;

		i = chance_below(&d->chance, DEMO_USERS);
		u = &d->users[i];
		if (u->created_at >= at || chance_unit(&d->chance) * most > u->activity)
			continue;
		if (u->language == language || chance_percent(&d->chance, ABROAD_PERCENT))
			return (int)i;
	}
	return DEMO_MEMBER;
}
