/* Leaving at the moments that matter: half a step, a change of mind, and who is left behind. */
#include "unit/domain/leaving.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "domain/picture_kinds.h"
#include "domain/sale_keys.h"
#include "domain/staff.h"
#include "domain/user_account.h"
#include "domain/user_profile.h"
#include "store/blob.h"
#include "support/patience.h"

static const struct db_sql sql_picture =
	SQL("INSERT INTO picture (picture_id, kind, target_id, uploader_id, state, name,"
	    " changed_at) VALUES (?, 1, ?, ?, 1, ?, 1)");
static const struct db_sql sql_pictures =
	SQL("SELECT COUNT(*) FROM picture WHERE kind = 1 AND target_id = ?");
static const struct db_sql sql_stay = SQL("DELETE FROM leaving WHERE user_id = ?");
static const struct db_sql sql_state = SQL("SELECT state FROM user WHERE user_id = ?");
static const struct db_sql sql_no_admins = SQL("UPDATE user SET role = 0 WHERE role = 2");

static const struct db_sql sql_rename =
	SQL("UPDATE user SET username = ?, username_folded = ? WHERE user_id = ?");
static const struct db_sql sql_may_rename = SQL("UPDATE user SET may_rename = 1 WHERE user_id = ?");
static const struct db_sql sql_is_made = SQL("SELECT may_rename FROM user WHERE user_id = ?");
static const struct db_sql sql_named = SQL("SELECT COUNT(*) FROM user WHERE username_folded = ?");

static struct user leave(struct ctx *c, enum leaving_choice choice)
{
	struct user me = account_new(c);

	forum_as(c, me.id, ROLE_USER);
	assert_int_equal(leaving_ask(c, choice, 1), OK);
	return me;
}

/* What the account's picture is made of, in the place of a file that cannot be removed. */
static void stick_picture(struct ctx *c, int64_t user_id, struct str name)
{
	struct str key = picture_file_key(c->arena, PICTURE_AVATAR, name, 96);
	const char *path = str_format(c->arena, STR_FMT "/public/" STR_FMT,
				      STR_ARG(c->config->media.dir), STR_ARG(key))
				   .p;

	run(c, &sql_picture, DB_ARGS(user_id, user_id, user_id, name));
	assert_int_equal(blob_put(c->config, BLOB_PUBLIC, key, STR("x")), OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void unstick_picture(struct ctx *c, struct str name)
{
	struct str key = picture_file_key(c->arena, PICTURE_AVATAR, name, 96);

	assert_int_equal(rmdir(str_format(c->arena, STR_FMT "/public/" STR_FMT,
					  STR_ARG(c->config->media.dir), STR_ARG(key))
				       .p),
			 0);
}

/* The account is blank, the rest of the first step fails: nobody is told that they may stay. */
static void there_is_no_way_back_from_half_a_step(void **state)
{
	const struct str name = STR("0123456789abcdef0123456789abcdef");
	struct ctx *c = *state;
	struct leaving known;
	int64_t me;

	STORES_OR_SKIP();
	me = leave(c, LEAVING_KEEP).id;
	stick_picture(c, me, name);
	make_due(c, me);
	assert_int_equal(leaving_step(c, me), ERR_UNAVAILABLE);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(me)), USER_GONE);
	assert_int_equal(leaving_find(c, me, &known), OK);
	assert_true(known.has_begun);
	assert_int_equal(leaving_cancel(c), ERR_CONFLICT);
	assert_int_equal(leaving_ask(c, LEAVING_ERASE, 1), ERR_AUTH);
	unstick_picture(c, name);
	work_until_done(c, me);
	assert_int_equal(forum_number(c, &sql_pictures, DB_ARGS(me)), 0);
}

/* Set in all processes once the first one holds what the others want. */
static atomic_bool *is_held;

/* Others whose statement does not come to its end. */
static const struct db_sql sql_waiting =
	SQL("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND"
	    " COMMAND = 'Execute' AND TIME_MS > 100");

/* 0 stays, and says so when it is waited for; 1 is the worker, whose time has come. */
static int64_t stay_or_go(struct ctx *c, int number, const void *context)
{
	int64_t user_id = *(const int64_t *)context;

	if (number == 1) {
		WAIT_UNTIL(*is_held);
		return leaving_step(c, user_id);
	}
	if (db_begin(c->db) || db_exec(c->db, NULL, &sql_stay, DB_ARGS(user_id)))
		return ERR_INTERNAL;
	*is_held = true;
	WAIT_UNTIL(forum_number(c, &sql_waiting, DB_NO_ARGS) >= 1);
	return db_end(c->db, OK);
}

static void who_stays_at_the_last_moment_stays(void **state)
{
	struct ctx *c = *state;
	int64_t results[2];
	struct user me, out;

	STORES_OR_SKIP();
	me = leave(c, LEAVING_ERASE);
	make_due(c, me.id);
	*is_held = false;
	forum_at_once((int)ARRAY_LEN(results), stay_or_go, &me.id, results);
	assert_int_equal(results[0], OK);
	assert_int_equal(results[1], OK);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(me.id)), USER_ACTIVE);
	assert_int_equal(user_authenticate(c, me.name, STR(PASSWORD), false, &out), OK);
}

/* What one leaves and the other two want at the same moment. */
struct wanted_name {
	int64_t owner, newcomer;
	char name[64];
};

/* 0 gives the name up, and says so when all three wait for it. */
static int64_t give_or_take_name(struct ctx *c, int number, const void *context)
{
	const struct wanted_name *w = context;
	struct registration r = { .email = STR("q@example.com"), .password = STR(PASSWORD) };

	r.username = str_from_c(w->name);
	if (number == 0) {
		if (db_begin(c->db) || user_name_retire(c, w->owner) ||
		    db_exec(c->db, NULL, &sql_rename, DB_ARGS(w->owner, w->owner, w->owner)))
			return ERR_INTERNAL;
		*is_held = true;
		WAIT_UNTIL(forum_number(c, &sql_waiting, DB_NO_ARGS) >= 3);
		return db_end(c->db, OK);
	}
	WAIT_UNTIL(*is_held);
	forum_as(c, w->newcomer, ROLE_USER);
	if (number == 1)
		return account_rename(c, r.username);
	if (number == 2)
		return user_profile_save(c, &(struct profile_text){ r.username, STR("") },
					 forum_form(c));
	forum_as(c, 0, ROLE_USER);
	return user_register(c, &r, forum_form(c));
}

static void nobody_gets_a_name_the_moment_it_is_given_up(void **state)
{
	struct ctx *c = *state;
	struct user owner, newcomer;
	struct wanted_name w;
	int64_t results[4];

	STORES_OR_SKIP();
	owner = account_new(c);
	newcomer = account_new(c);
	run(c, &sql_may_rename, DB_ARGS(newcomer.id));
	w = (struct wanted_name){ owner.id, newcomer.id, "" };
	snprintf(w.name, sizeof(w.name), STR_FMT, STR_ARG(owner.name));
	*is_held = false;
	forum_at_once((int)ARRAY_LEN(results), give_or_take_name, &w, results);
	assert_int_equal(results[0], OK);
	assert_int_equal(results[1], ERR_CONFLICT);
	assert_int_equal(results[2], ERR_CONFLICT);
	assert_int_equal(results[3], ERR_CONFLICT);
	assert_int_equal(forum_number(c, &sql_named, DB_ARGS(owner.name)), 0);
}

/* A name that was made is replaced once, on whichever page. */
static void a_made_name_is_chosen_once(void **state)
{
	struct profile_text text = { .bio = STR("") };
	struct ctx *c = *state;
	struct user me;

	STORES_OR_SKIP();
	me = account_new(c);
	run(c, &sql_may_rename, DB_ARGS(me.id));
	forum_as(c, me.id, ROLE_USER);
	text.username = me.name;
	assert_int_equal(user_profile_save(c, &text, forum_form(c)), OK);
	assert_int_equal(forum_number(c, &sql_is_made, DB_ARGS(me.id)), 1);
	text.username = account_name(c);
	assert_int_equal(user_profile_save(c, &text, forum_form(c)), OK);
	assert_int_equal(forum_number(c, &sql_is_made, DB_ARGS(me.id)), 0);
	assert_int_equal(account_rename(c, account_name(c)), ERR_FORBIDDEN);
}

/* Each would be the other one's successor. */
static void two_administrators_do_not_both_leave(void **state)
{
	struct ctx *c = *state;
	struct leaving_preview p;
	struct user ann, bob;

	STORES_OR_SKIP();
	ann = account_new(c);
	bob = account_new(c);
	run(c, &sql_no_admins, DB_NO_ARGS);
	assert_int_equal(user_set_role(c, ann.id, ROLE_ADMIN), OK);
	assert_int_equal(user_set_role(c, bob.id, ROLE_ADMIN), OK);
	forum_as(c, ann.id, ROLE_ADMIN);
	assert_int_equal(leaving_ask(c, LEAVING_KEEP, 1), OK);
	forum_as(c, bob.id, ROLE_ADMIN);
	assert_int_equal(leaving_preview(c, &p), OK);
	assert_true(p.is_last_admin);
	assert_int_equal(leaving_ask(c, LEAVING_KEEP, 1), ERR_CONFLICT);
	/* Nor does the one who leaves take the role of the one who stays. */
	forum_as(c, ann.id, ROLE_ADMIN);
	assert_int_equal(staff_set_role(c, bob.id, ROLE_USER, STR("why not")), ERR_CONFLICT);
	assert_int_equal(leaving_cancel(c), OK);
	forum_as(c, bob.id, ROLE_ADMIN);
	assert_int_equal(leaving_ask(c, LEAVING_KEEP, 1), OK);
	run(c, &sql_stay, DB_ARGS(bob.id));
}

/* What a moderator wrote into a post is not its author's when the moderator is gone. */
static void nobody_is_named_for_what_a_gone_moderator_wrote(void **state)
{
	struct post_draft d = { STR("A title"), STR("what a moderator made of it") };
	struct ctx *c = *state;
	struct post_revision_list list;
	struct post_revision found;
	struct user author, mod;
	const char *problem;
	int64_t post;

	STORES_OR_SKIP();
	author = account_new(c);
	mod = account_new(c);
	forum_as(c, author.id, ROLE_USER);
	post = forum_post(c, "A title", "what its author wrote");
	forum_as(c, mod.id, ROLE_MODERATOR);
	assert_int_equal(post_edit(c, post, &d, 1, &problem), OK);
	assert_int_equal(leaving_ask(c, LEAVING_ERASE, 1), OK);
	work_until_done(c, mod.id);
	assert_int_equal(post_revisions(c, post, &list), OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].editor.id, 0);
	assert_int_equal(list.items[1].editor.id, author.id);
	assert_int_equal(post_revision_find(c, post, 2, &found), OK);
	assert_int_equal(found.editor.id, 0);
	/* Nor later, when it is an old version. */
	forum_as(c, author.id, ROLE_USER);
	d.body = STR("what its author says now");
	assert_int_equal(post_edit(c, post, &d, 2, &problem), OK);
	assert_int_equal(post_revisions(c, post, &list), OK);
	assert_int_equal(list.items[0].editor.id, author.id);
	assert_int_equal(list.items[1].editor.id, 0);
}

static const struct db_sql sql_order =
	SQL("INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price,"
	    " created_at, expires_at) VALUES (?, 1, ?, 1, 1, 9.90, 1, 1)");
static const struct db_sql sql_closed = SQL("UPDATE sale_order SET state = 3 WHERE user_id = ?");

/* Whoever buys just before the day pays first, or loses the order. */
static void an_unpaid_order_puts_the_end_off(void **state)
{
	struct ctx *c = *state;
	struct leaving known;
	struct user me;

	STORES_OR_SKIP();
	me = leave(c, LEAVING_KEEP);
	run(c, &sql_order, DB_ARGS(me.id, me.id));
	c->now += (LEAVING_DAYS + 1) * CLOCK_DAY;
	assert_int_equal(leaving_step(c, me.id), OK);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(me.id)), USER_ACTIVE);
	assert_int_equal(leaving_find(c, me.id, &known), OK);
	assert_true(known.due_at > c->now);
	assert_false(known.has_begun);
	run(c, &sql_closed, DB_ARGS(me.id));
	assert_int_equal(leaving_step(c, me.id), OK);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(me.id)), USER_GONE);
}

static void expect_to_wait(struct ctx *c, int64_t user_id)
{
	struct leaving known;
	int i;

	for (i = 0; i < 30; i++) {
		forum_next(c);
		make_due(c, user_id);
		assert_int_equal(leaving_step(c, user_id), OK);
	}
	assert_int_equal(leaving_find(c, user_id, &known), OK);
	assert_true(known.due_at > c->now);
}

/* A request that was in the queue when the account was closed: its order is closed under its
 * buyer's number, too, and only then is it nobody's. */
static void an_order_that_comes_late_is_closed_first(void **state)
{
	static const struct db_sql sql_buyer =
		SQL("SELECT user_id FROM sale_order WHERE order_id = ?");
	struct ctx *c = *state;
	struct user me;

	STORES_OR_SKIP();
	me = leave(c, LEAVING_ERASE);
	make_due(c, me.id);
	assert_int_equal(leaving_step(c, me.id), OK);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(me.id)), USER_GONE);
	run(c, &sql_order, DB_ARGS(me.id, me.id));
	expect_to_wait(c, me.id);
	assert_int_equal(forum_number(c, &sql_buyer, DB_ARGS(me.id)), me.id);
	run(c, &sql_closed, DB_ARGS(me.id));
	work_until_done(c, me.id);
	assert_int_equal(forum_number(c, &sql_buyer, DB_ARGS(me.id)), -me.id);
}

/* A request that nobody has answered yet would be an order afterwards, and a refusal names who was
 * refused until the sale is over. */
static void what_a_sale_says_of_a_buyer_goes(void **state)
{
	static const struct db_sql sql_sale =
		SQL("INSERT INTO sale (sale_id, goods_id, price, units, stock, starts_at, ends_at,"
		    " pay_seconds, state, created_by, created_at)"
		    " VALUES (?, 1, 1, 1, 1, 1, ?, 60, 1, 1, 1)");
	struct ctx *c = *state;
	struct cache_reply *reply;
	struct str tickets;
	struct user me;

	STORES_OR_SKIP();
	me = leave(c, LEAVING_ERASE);
	run(c, &sql_sale, DB_ARGS(me.id, c->now + CLOCK_HOUR));
	tickets = sale_ticket_key(c->arena, me.id);
	assert_int_equal(cache_run(c->cache, &reply,
				   CACHE_ARGS(STR("HSET"), tickets, me.id, STR("q5"))),
			 OK);
	expect_to_wait(c, me.id);
	tickets = sale_ticket_key(c->arena, me.id);
	assert_int_equal(cache_run(c->cache, &reply,
				   CACHE_ARGS(STR("HSET"), tickets, me.id, STR("-sold-out"))),
			 OK);
	work_until_done(c, me.id);
	tickets = sale_ticket_key(c->arena, me.id);
	assert_int_equal(cache_run(c->cache, &reply, CACHE_ARGS(STR("HEXISTS"), tickets, me.id)),
			 OK);
	assert_int_equal(cache_int(reply), 0);
}

/* What is erased in SQL must go in Redis, too: without it nothing is begun. */
static void without_redis_nothing_is_begun(void **state)
{
	struct ctx *c = *state;
	struct config broken = stores.config;
	struct ctx without;
	struct user me;

	STORES_OR_SKIP();
	me = leave(c, LEAVING_KEEP);
	c->now += (LEAVING_DAYS + 1) * CLOCK_DAY;
	without = *c;
	broken.redis.socket = STR("/nonexistent/redis.sock");
	without.cache = cache_new(&broken);
	cache_start_request(without.cache, c->arena);
	assert_int_equal(leaving_step(&without, me.id), ERR_UNAVAILABLE);
	cache_free(without.cache);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(me.id)), USER_ACTIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(there_is_no_way_back_from_half_a_step),
		account_test(who_stays_at_the_last_moment_stays),
		account_test(nobody_gets_a_name_the_moment_it_is_given_up),
		account_test(a_made_name_is_chosen_once),
		account_test(two_administrators_do_not_both_leave),
		account_test(nobody_is_named_for_what_a_gone_moderator_wrote),
		account_test(an_unpaid_order_puts_the_end_off),
		account_test(an_order_that_comes_late_is_closed_first),
		account_test(what_a_sale_says_of_a_buyer_goes),
		account_test(without_redis_nothing_is_begun),
	};

	is_held = mmap(NULL, sizeof(*is_held), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
