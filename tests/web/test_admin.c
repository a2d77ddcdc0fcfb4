/* The staff's pages: who gets in, and the first page. */
#include "web/web.h"

#include "base/clock.h"
#include "support/queue.h"

static void only_administrators_get_in(void **state)
{
	struct browser *guest = visit_guest(site);
	struct reply r = get(guest, "/admin");

	(void)state;
	assert_redirect(guest, r, "/login?next=%2Fadmin");
	assert_status(get(visit_member(site, ROLE_USER), "/admin"), 403);
	assert_status(get(visit_sure(site, ROLE_MODERATOR), "/admin"), 403);
	assert_status(get(visit_sure(site, ROLE_ADMIN), "/admin"), 200);
}

/* The pattern's address with a 5 for the id. */
static struct str with_id(struct arena *a, struct str pattern)
{
	ptrdiff_t at = str_find(pattern, STR("{id}"));

	if (at < 0)
		return str_copy(a, pattern);
	return str_format(a, STR_FMT "5" STR_FMT, STR_ARG(str_slice(pattern, 0, (size_t)at)),
			  STR_ARG(str_slice(pattern, (size_t)at + 4, pattern.n)));
}

/* With a right token, too, and whatever is sent along. */
static void nobody_else_does_anything(void **state)
{
	static const enum role roles[] = { ROLE_USER, ROLE_MODERATOR };
	struct site_routes all = site_routes(site);
	size_t tried = 0;
	size_t i, k;

	(void)state;
	for (k = 0; k < ARRAY_LEN(roles); k++) {
		struct browser *b = visit_member(site, roles[k]);
		struct str before = visit_sum(site, b->arena);

		for (i = 0; i < all.count; i++) {
			struct str at = with_id(b->arena, all.items[i].pattern);

			if (str_find(all.items[i].flags, STR("admin")) < 0 ||
			    !str_is(all.items[i].method, STR("POST")))
				continue;
			assert_status(post_form(b, at.p,
						"all=1&id=1&count=5&way=more&name=x&price=1"),
				      403);
			tried++;
		}
		assert_same(visit_sum(site, b->arena), before);
	}
	assert_true(tried >= 30);
}

static void the_menu_knows_administrators(void **state)
{
	(void)state;
	assert_has(get(visit_sure(site, ROLE_ADMIN), "/admin"), "href=\"/admin\">");
	assert_has_not(get(visit_member(site, ROLE_USER), "/settings"), "href=\"/admin\"");
	assert_has_not(get(visit_sure(site, ROLE_MODERATOR), "/settings"), "href=\"/admin\"");
}

static const struct db_sql sql_event =
	SQL("INSERT INTO outbox (event_id, topic, payload, state, attempts, next_try_at,"
	    " created_at) VALUES (?, 'mail.requested', ?, ?, 10, 1, 1)");
static const struct db_sql sql_state = SQL("SELECT state FROM outbox WHERE event_id = ?");
static const struct db_sql sql_events = SQL("SELECT COUNT(*) FROM outbox WHERE event_id = ?");
static const struct db_sql sql_empty = SQL("DELETE FROM outbox WHERE state IN (2, 3)");
static const struct db_sql sql_log =
	SQL("SELECT COALESCE(GROUP_CONCAT(CONCAT(action, ' ', target_id, reason) ORDER BY log_id"
	    " SEPARATOR '; '), '') FROM moderation_log WHERE actor_id = ?");

static void the_first_page_shows_what_waits(void **state)
{
	struct browser *b = visit_sure(site, ROLE_ADMIN);
	struct reply r = get(b, "/admin");

	(void)state;
	assert_page(b, r, 200);
	assert_has(r, "admin.css");
	assert_has(r, "<meta name=\"robots\" content=\"noindex\">");
	assert_shows(b, r, "RabbitMQ answers");
	assert_shows(b, r, "Outbox");
	assert_shows(b, r, "mail.dead");
	assert_shows(b, r, "Sales that are still checked");
	assert_shows(b, r, "Programs that cron starts");
}

static int64_t new_event(int outbox_state, const char *payload)
{
	int64_t id;

	assert_int_equal(ctx_new_id(site_ctx(site), &id), OK);
	visit_change(site, &sql_event, DB_ARGS(id, str_from_c(payload), outbox_state));
	return id;
}

static void dead_events_are_tried_again(void **state)
{
	struct browser *b = visit_sure(site, ROLE_ADMIN);
	int64_t id, other;
	struct str said;
	struct reply r;

	(void)state;
	visit_change(site, &sql_empty, DB_NO_ARGS);
	assert_shows(b, get(b, "/admin/events"), "There are none.");
	id = new_event(3, "{\"<dead>\":1}");
	other = new_event(3, "{\"other\":1}");
	assert_shows(b, get(b, "/admin"), "Dead events 2");
	r = get(b, "/admin/events");
	assert_page(b, r, 200);
	assert_shows(b, r, "{\"<dead>\":1}");
	assert_page(b, get(b, "/admin/events?state=failed"), 200);
	assert_page(b, get(b, "/admin/events?state=pending&after=7"), 200);
	r = post_form(b, "/admin/events/retry", visit_path(b, "id=%lld", (long long)id));
	assert_redirect(b, r, "/admin/events");
	assert_int_not_equal(visit_number(site, &sql_state, DB_ARGS(id)), 3);
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(other)), 3);
	assert_redirect(b, post_form(b, "/admin/events/retry", "all=1"), "/admin/events");
	assert_int_not_equal(visit_number(site, &sql_state, DB_ARGS(other)), 3);
	/* Neither one nor all, and both. */
	assert_status(post_form(b, "/admin/events/retry", ""), 422);
	assert_status(post_form(b, "/admin/events/retry", "id=1&all=1"), 422);
	said = visit_text(site, b->arena, &sql_log, DB_ARGS(visit_id(b)));
	assert_same(said, str_format(b->arena, "event.retry %lld; event.retry 0", (long long)id));
}

static void dead_events_are_dropped_after_a_question(void **state)
{
	struct browser *b = visit_sure(site, ROLE_ADMIN);
	int64_t id, other;

	(void)state;
	visit_change(site, &sql_empty, DB_NO_ARGS);
	id = new_event(3, "{}");
	other = new_event(3, "{}");
	assert_page(b, get(b, visit_path(b, "/admin/events/drop?id=%lld", (long long)id)), 200);
	assert_has(get(b, "/admin/events/drop"), "name=\"all\" value=\"1\"");
	assert_status(post_form(b, "/admin/events/drop", ""), 422);
	assert_status(post_form(b, "/admin/events/drop", visit_path(b, "id=%lld", (long long)id)),
		      303);
	assert_int_equal(visit_number(site, &sql_events, DB_ARGS(id)), 0);
	assert_int_equal(visit_number(site, &sql_events, DB_ARGS(other)), 1);
	assert_status(post_form(b, "/admin/events/drop", "all=1"), 303);
	assert_int_equal(visit_number(site, &sql_events, DB_ARGS(other)), 0);
	assert_status(post_form(b, "/admin/events/drop", "all=1"), 303);
	assert_shows(b, get(b, "/admin/events"), "There was nothing to do");
}

/* A message that its consumer refuses; it takes a moment to be among the dead. */
static void bury(struct browser *b, struct mq *consumer, const char *id)
{
	struct ctx *c = site_ctx(site);
	int64_t until = clock_ticks() + WAIT_MOST_MS;
	struct mq_delivery d = { 0 };
	struct reply r;

	assert_int_equal(mq_publish_confirmed(c->mq, STR("mail.requested"), str_from_c(id),
					      STR("{\"<b>\":1}")),
			 OK);
	for (;;) {
		assert_int_equal(mq_next(consumer, b->arena, WAIT_MOST_MS, &d), OK);
		if (str_is(d.id, str_from_c(id)))
			break;
		assert_int_equal(mq_ack(consumer, d.tag, false), OK);
	}
	assert_int_equal(mq_reject(consumer, d.tag), OK);
	do {
		usleep(50000);
		r = get(b, "/admin/letters?queue=mail.dead");
	} while (!reply_has(&r, id) && clock_ticks() < until);
}

/* Pressed by several at once, or again: it comes once. */
static void a_dead_letter_is_replayed_once(void **state)
{
	struct browser *b = visit_sure(site, ROLE_ADMIN);
	struct mq *consumer = mq_new(site_config(site));
	struct at_once got[4];
	struct mq_delivery d = { 0 };
	int i;

	(void)state;
	assert_int_equal(mq_subscribe(consumer, "mail", 5), OK);
	assert_status(post_form(b, "/admin/letters/drop", "all=1"), 303);
	bury(b, consumer, "903");
	visit_at_once(b,
		      &(struct ask){ .path = "/admin/letters/replay",
				     .body = str_format(b->arena, STR_FMT "&queue=mail.dead&id=903",
							STR_ARG(browser_token(b))) },
		      4, got);
	for (i = 0; i < 4; i++)
		assert_int_equal(got[i].status, 303);
	assert_status(post_form(b, "/admin/letters/replay", "queue=mail.dead&id=903"), 303);
	assert_int_equal(mq_next(consumer, b->arena, WAIT_MOST_MS, &d), OK);
	assert_same(d.id, STR("903"));
	assert_int_equal(mq_ack(consumer, d.tag, false), OK);
	assert_false(queue_next(consumer, b->arena,
				queue_mark(site_ctx(site)->mq, b->arena, STR("mail.requested")),
				&d));
	mq_free(consumer);
}

static void dead_letters_are_replayed_and_thrown_away(void **state)
{
	struct browser *b = visit_sure(site, ROLE_ADMIN);
	struct mq *consumer = mq_new(site_config(site));
	struct mq_delivery d = { 0 };
	struct reply r;

	(void)state;
	assert_int_equal(mq_subscribe(consumer, "mail", 1), OK);
	assert_status(post_form(b, "/admin/letters/drop", "all=1"), 303);
	bury(b, consumer, "901");
	r = get(b, "/admin/letters");
	assert_page(b, r, 200);
	assert_shows(b, r, "mail.dead mail.requested · rejected");
	assert_shows(b, r, "{\"<b>\":1}");
	WAIT_UNTIL(r = get(b, "/admin"), shows(b, r, "Dead letters 1"));
	assert_shows(b, r, "Dead letters 1");
	r = post_form(b, "/admin/letters/replay", "queue=mail.dead&id=901");
	assert_redirect(b, r, "/admin/letters?queue=mail.dead");
	assert_int_equal(mq_next(consumer, b->arena, WAIT_MOST_MS, &d), OK);
	assert_same(d.id, STR("901"));
	assert_int_equal(mq_ack(consumer, d.tag, false), OK);
	assert_shows(b, get(b, "/admin/letters"), "There are none.");
	bury(b, consumer, "902");
	r = get(b, "/admin/letters/drop?queue=mail.dead&id=902");
	assert_page(b, r, 200);
	assert_has(r, "name=\"id\" value=\"902\"");
	assert_status(post_form(b, "/admin/letters/drop", "queue=mail.dead"), 422);
	r = post_form(b, "/admin/letters/drop", "queue=mail.dead&id=902");
	assert_redirect(b, r, "/admin/letters?queue=mail.dead");
	assert_shows(b, get(b, "/admin/letters"), "There are none.");
	assert_text(visit_text(site, b->arena, &sql_log, DB_ARGS(visit_id(b))),
		    "letter.drop 0; letter.replay 0mail.dead 901; letter.drop 0mail.dead 902");
	assert_status(get(b, "/admin/letters?queue=mail"), 404);
	assert_page(b, get(b, "/admin/letters/drop"), 200);
	mq_free(consumer);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(only_administrators_get_in),
	cmocka_unit_test(nobody_else_does_anything),
	cmocka_unit_test(the_menu_knows_administrators),
	cmocka_unit_test(the_first_page_shows_what_waits),
	cmocka_unit_test(dead_events_are_tried_again),
	cmocka_unit_test(dead_events_are_dropped_after_a_question),
	cmocka_unit_test(a_dead_letter_is_replayed_once),
	cmocka_unit_test(dead_letters_are_replayed_and_thrown_away),
};

WEB_TEST_MAIN("admin", "account", "site")
