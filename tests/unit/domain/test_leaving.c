/*
 * Leaving: asking, staying after all, and what is left of somebody for each choice - looked for in
 * every table, every key and every file - also when the work is killed again and again.
 */
#include "unit/domain/leaving.h"

#include <fcntl.h>

#include "domain/comment.h"
#include "domain/export.h"
#include "domain/points.h"
#include "domain/reaction.h"
#include "domain/session.h"
#include "domain/staff.h"
#include "support/leftovers.h"

#define BIO "Keeper of quinces"
#define PHONE "13900001234"
#define STREET "Quince Lane 7"

/* Somebody with a bit of everything, and what others did around it. */
struct life {
	struct user me, other;
	int64_t post, others_post;
	int64_t answered, unanswered; /* comments below others_post */
	int64_t reply;                /* to answered */
	char id[24];                  /* of me, as text */
	char words[24];               /* in all that I write, and nowhere else */
	char name[64];
};

static const struct db_sql sql_fill_user =
	SQL("UPDATE user SET bio = ?, phone = ?, points = 700, level = 4, last_seen_on = 20260101"
	    " WHERE user_id = ?");
static const struct db_sql sql_drop_phone = SQL("UPDATE user SET phone = NULL WHERE phone = ?");
static const struct db_sql sql_vote =
	SQL("INSERT INTO post_vote (post_id, user_id, voted_at) VALUES (?, ?, ?)");
static const struct db_sql sql_count_vote =
	SQL("UPDATE post SET votes = votes + 1, likes = likes + 1, score = score + 432"
	    " WHERE post_id = ?");
static const struct db_sql sql_like =
	SQL("INSERT INTO liked (target_type, target_id, user_id, is_on,"
	    " changed_us) VALUES (?, ?, ?, 1, ?)");
static const struct db_sql sql_count_like =
	SQL("UPDATE comment SET likes = likes + 1 WHERE comment_id = ?");
static const struct db_sql sql_address =
	SQL("INSERT INTO address (address_id, user_id, name, phone, region, street, created_at)"
	    " VALUES (?, ?, 'Q', ?, 'R', ?, 1)");
static const struct db_sql sql_order = SQL(
	"INSERT INTO sale_order (order_id, sale_id, user_id, goods_id, request_no, price, state,"
	" ship_to, created_at, expires_at) VALUES (?, 77, ?, 1, 1, 1, 1, ?, 1, 1)");
static const struct db_sql sql_day =
	SQL("INSERT INTO check_in (user_id, day, points, checked_at) VALUES (?, 20260101, 1, 1)");
static const struct db_sql sql_votes_of = SQL("SELECT votes FROM post WHERE post_id = ?");
static const struct db_sql sql_likes_of = SQL("SELECT likes FROM post WHERE post_id = ?");
static const struct db_sql sql_comment_likes =
	SQL("SELECT likes FROM comment WHERE comment_id = ?");
static const struct db_sql sql_comments_of = SQL("SELECT comments FROM post WHERE post_id = ?");
static const struct db_sql sql_orders = SQL("SELECT COUNT(*) FROM sale_order WHERE order_id = ?");
static const struct db_sql sql_state = SQL("SELECT state FROM user WHERE user_id = ?");
static const struct db_sql sql_seen = SQL("SELECT last_seen_on FROM user WHERE user_id = ?");

/* What the relay and persist do with a vote and two likes. */
static void react(struct ctx *c, const struct life *l)
{
	enum vote_answer answer;
	struct cache_reply *reply;
	int64_t count, post;
	int i;

	assert_int_equal(vote_cast(c, l->others_post, &answer, &count), OK);
	assert_int_equal(answer, VOTE_COUNTED);
	assert_int_equal(like_set_post(c, l->others_post, true, &count), OK);
	assert_int_equal(like_set_comment(c, l->reply, true, &count, &post), OK);
	run(c, &sql_vote, DB_ARGS(l->others_post, l->me.id, c->now));
	run(c, &sql_like, DB_ARGS(1, l->others_post, l->me.id, c->now * 1000));
	run(c, &sql_like, DB_ARGS(2, l->reply, l->me.id, c->now * 1000));
	run(c, &sql_count_vote, DB_ARGS(l->others_post));
	run(c, &sql_count_like, DB_ARGS(l->reply));
	for (i = 0; i < REACTION_SHARDS; i++)
		assert_int_equal(cache_run(c->cache, &reply,
					   CACHE_ARGS(STR("DEL"),
						      reaction_stream_key(c->arena, i))),
				 OK);
}

static void write_texts(struct ctx *c, struct life *l)
{
	struct post_draft edited = { STR("A title"), str_from_c(l->words) };
	const char *before = str_format(c->arena, "%s before", l->words).p;
	const char *problem;

	forum_as(c, l->other.id, ROLE_USER);
	l->others_post = forum_post(c, "Somebody's", "text");
	forum_as(c, l->me.id, ROLE_USER);
	l->post = forum_post(c, "A title", before);
	assert_int_equal(post_edit(c, l->post, &edited, 1, &problem), OK);
	assert_int_equal(post_draft_save(c, 0, &edited, 0), OK);
	l->answered = forum_comment(c, l->others_post, 0, l->words);
	l->unanswered = forum_comment(c, l->others_post, 0, l->words);
	forum_as(c, l->other.id, ROLE_USER);
	l->reply = forum_comment(c, l->others_post, l->answered, "an answer");
	forum_comment(c, l->post, 0, "below it");
}

/* As the worker does it. */
static void make_copy(struct ctx *c, const struct life *l)
{
	struct export x;
	int fd;

	assert_int_equal(export_ask(c, 1), OK);
	assert_int_equal(export_folder(c), OK);
	assert_int_equal(export_find(c, &x), OK);
	fd = open(export_path(c, export_file(c, &x)), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, l->id, strlen(l->id)), (ssize_t)strlen(l->id));
	close(fd);
	assert_int_equal(export_done(c, &x, export_file(c, &x), 1), OK);
}

static struct life make_life(struct ctx *c)
{
	struct life l = { .other = account_new(c), .me = account_new(c) };
	struct cache_reply *reply;
	struct str cookie;

	snprintf(l.id, sizeof(l.id), "%lld", (long long)l.me.id);
	snprintf(l.words, sizeof(l.words), "quince%08x", secret_random_below(UINT32_MAX));
	snprintf(l.name, sizeof(l.name), STR_FMT, STR_ARG(l.me.name));
	run(c, &sql_drop_phone, DB_ARGS(STR(PHONE)));
	run(c, &sql_fill_user, DB_ARGS(STR(BIO), STR(PHONE), l.me.id));
	write_texts(c, &l);
	forum_as(c, l.me.id, ROLE_USER);
	react(c, &l);
	run(c, &sql_address, DB_ARGS(l.me.id, l.me.id, STR(PHONE), STR(STREET)));
	run(c, &sql_order, DB_ARGS(l.post, l.me.id, STR(STREET)));
	run(c, &sql_day, DB_ARGS(l.me.id));
	assert_int_equal(cache_run(c->cache, &reply,
				   CACHE_ARGS(STR("HSET"), STR("sale:{77}:ticket"), l.me.id,
					      STR("q1"))),
			 OK);
	assert_int_equal(session_start(c, &l.me, true, STR("agent"), STR("192.0.2.1"), &cookie),
			 OK);
	make_copy(c, &l);
	return l;
}

/* A person as a post or comment shows one carries names: what is asked goes by these. */
static size_t leftovers(struct ctx *c, struct str needle, const char *what)
{
	return leftovers_in_sql(c, needle, what) + leftovers_in_redis(c, needle, what) +
	       leftovers_in_files(c, c->config->media.dir.p, needle, what);
}

static struct life leave(struct ctx *c, enum leaving_choice choice)
{
	struct life l = make_life(c);

	forum_as(c, l.me.id, ROLE_USER);
	assert_int_equal(leaving_ask(c, choice, 1), OK);
	return l;
}

static void assert_private_is_gone(struct ctx *c, const struct life *l)
{
	struct str email = str_format(c->arena, "%s@example.org", l->name);

	assert_int_equal(leftovers(c, email, "the address"), 0);
	assert_int_equal(leftovers(c, STR(PHONE), "the phone"), 0);
	assert_int_equal(leftovers(c, STR(BIO), "the bio"), 0);
	assert_int_equal(leftovers(c, STR(STREET), "the street"), 0);
	assert_int_equal(leftovers_in_files(c, c->config->media.dir.p, str_from_c(l->id),
					    "the copy"),
			 0);
}

static void assert_erased(struct ctx *c, const struct life *l)
{
	assert_private_is_gone(c, l);
	assert_int_equal(leftovers(c, str_from_c(l->name), "the name"), 0);
	assert_int_equal(leftovers(c, str_from_c(l->words), "a text"), 0);
	assert_int_equal(leftovers(c, str_from_c(l->id), "the number"), 0);
}

static void what_is_erased_is_nowhere(void **state)
{
	struct ctx *c = *state;
	struct cache_reply *reply;
	struct comment thread;
	struct life l;
	int64_t next;

	STORES_OR_SKIP();
	l = leave(c, LEAVING_ERASE);
	assert_true(leftovers(c, str_from_c(l.words), NULL) > 4);
	assert_true(leftovers_in_redis(c, str_from_c(l.id), NULL) > 2);
	assert_true(leftovers_in_sql(c, str_from_c(l.id), NULL) > 10);
	work_until_done(c, l.me.id);
	assert_erased(c, &l);
	/* What others did is as it was; their votes and likes are counted right. */
	assert_int_equal(forum_number(c, &sql_votes_of, DB_ARGS(l.others_post)), 0);
	assert_int_equal(forum_number(c, &sql_likes_of, DB_ARGS(l.others_post)), 0);
	assert_int_equal(forum_number(c, &sql_comment_likes, DB_ARGS(l.reply)), 0);
	assert_int_equal(forum_number(c, &sql_comments_of, DB_ARGS(l.others_post)), 1);
	assert_int_equal(forum_number(c, &sql_orders, DB_ARGS(l.post)), 1);
	assert_int_equal(cache_run(c->cache, &reply,
				   CACHE_ARGS(STR("SISMEMBER"), STR("points:due"),
					      str_format(c->arena, "p%lld",
							 (long long)l.others_post))),
			 OK);
	assert_int_equal(cache_int(reply), 1);
	forum_as(c, l.other.id, ROLE_USER);
	assert_int_equal(comment_thread(c, l.answered, 0, &thread, &next), OK);
	assert_true(thread.is_deleted);
	assert_int_equal(thread.author.id, 0);
	assert_int_equal(thread.body.markup.n, 0);
	assert_int_equal(thread.children.count, 1);
	assert_int_equal(thread.children.items[0]->id, l.reply);
	assert_int_equal(comment_thread(c, l.reply, 0, &thread, &next), OK);
	assert_int_equal(thread.to.id, 0);
}

static void a_name_is_nobodys_again(void **state)
{
	static const enum leaving_choice choices[] = { LEAVING_KEEP, LEAVING_ANONYMISE,
						       LEAVING_ERASE };
	struct ctx *c = *state;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(choices); i++) {
		struct life l = leave(c, choices[i]);
		struct registration r = { .email = STR("q@example.com"),
					  .password = STR(PASSWORD) };

		work_until_done(c, l.me.id);
		forum_next(c);
		r.username = str_from_c(l.name);
		assert_int_equal(user_register(c, &r, forum_form(c)), ERR_CONFLICT);
	}
}

static void what_is_kept_is_nobodys_login(void **state)
{
	struct ctx *c = *state;
	struct points points;
	struct user u;
	struct post p;
	struct life l;

	STORES_OR_SKIP();
	l = leave(c, LEAVING_KEEP);
	work_until_done(c, l.me.id);
	assert_private_is_gone(c, &l);
	assert_int_equal(post_find(c, l.post, &p), OK);
	assert_same(p.author.name, str_from_c(l.name));
	assert_same(p.body_md, str_from_c(l.words));
	assert_int_equal(user_authenticate(c, str_from_c(l.name), STR(PASSWORD), false, &u),
			 ERR_AUTH);
	assert_int_equal(forum_number(c, &sql_votes_of, DB_ARGS(l.others_post)), 1);
	assert_int_equal(forum_number(c, &sql_state, DB_ARGS(l.me.id)), USER_GONE);
	/* Lists say what the person's page says: the days checked in count no longer. */
	assert_int_equal(points_find(c, l.me.id, &points), OK);
	assert_int_equal(points.check_ins, 0);
	assert_int_equal(p.author.level, points.level);
	assert_int_equal(forum_number(c, &sql_seen, DB_ARGS(l.me.id)), 0);
}

static void what_is_anonymous_has_no_name(void **state)
{
	struct ctx *c = *state;
	struct comment thread;
	struct post p;
	struct life l;
	int64_t next;

	STORES_OR_SKIP();
	l = leave(c, LEAVING_ANONYMISE);
	work_until_done(c, l.me.id);
	assert_private_is_gone(c, &l);
	assert_int_equal(leftovers(c, str_from_c(l.name), "the name"), 0);
	assert_int_equal(post_find(c, l.post, &p), OK);
	assert_true(str_starts(p.author.name, STR("deleted-")));
	assert_same(p.body_md, str_from_c(l.words));
	assert_int_equal(comment_thread(c, l.answered, 0, &thread, &next), OK);
	assert_same(thread.author.name, p.author.name);
}

/* A child does the steps until it is killed, a few at a time. */
static void work_a_moment(int64_t user_id, unsigned us)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct ctx *mine = forum_open();

		work_until_done(mine, user_id);
		_exit(0);
	}
	usleep(us);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
}

static void killed_again_and_again_it_ends(void **state)
{
	struct ctx *c = *state;
	struct life l;
	unsigned i;

	STORES_OR_SKIP();
	l = leave(c, LEAVING_ERASE);
	for (i = 1; i <= 25; i++)
		work_a_moment(l.me.id, 3000 * i);
	work_until_done(c, l.me.id);
	assert_erased(c, &l);
	assert_int_equal(forum_number(c, &sql_votes_of, DB_ARGS(l.others_post)), 0);
	assert_int_equal(forum_number(c, &sql_comments_of, DB_ARGS(l.others_post)), 1);
}

static void who_stays_loses_nothing(void **state)
{
	struct ctx *c = *state;
	struct leaving known;
	struct user u;
	struct life l;
	int64_t next;

	STORES_OR_SKIP();
	l = leave(c, LEAVING_ERASE);
	assert_int_equal(leaving_find(c, l.me.id, &known), OK);
	assert_true(known.due_at > c->now + 6 * CLOCK_DAY);
	assert_true(leaving_next(c, &next) != OK || next != l.me.id);
	/* The other choice counts, the day stays. */
	assert_int_equal(leaving_ask(c, LEAVING_KEEP, 1), OK);
	assert_int_equal(leaving_find(c, l.me.id, &known), OK);
	assert_int_equal(known.choice, LEAVING_KEEP);
	assert_int_equal(leaving_cancel(c), OK);
	assert_int_equal(leaving_cancel(c), OK);
	assert_int_equal(leaving_find(c, l.me.id, &known), ERR_NOT_FOUND);
	assert_int_equal(user_authenticate(c, str_from_c(l.name), STR(PASSWORD), false, &u), OK);
	/* Once it has begun there is no way back. */
	assert_int_equal(leaving_ask(c, LEAVING_ERASE, 1), OK);
	make_due(c, l.me.id);
	assert_int_equal(leaving_step(c, l.me.id), OK);
	assert_int_equal(leaving_cancel(c), ERR_CONFLICT);
	assert_int_equal(user_authenticate(c, str_from_c(l.name), STR(PASSWORD), false, &u),
			 ERR_AUTH);
	work_until_done(c, l.me.id);
}

static void the_preview_counts(void **state)
{
	struct ctx *c = *state;
	struct leaving_preview p;
	struct life l;

	STORES_OR_SKIP();
	l = make_life(c);
	forum_as(c, l.me.id, ROLE_USER);
	assert_int_equal(leaving_preview(c, &p), OK);
	assert_int_equal(p.posts, 1);
	assert_int_equal(p.others, 1);
	assert_int_equal(p.comments, 2);
	assert_int_equal(p.answered, 1);
	assert_int_equal(p.votes, 1);
	assert_int_equal(p.likes, 2);
	assert_int_equal(p.drafts, 1);
	assert_int_equal(p.orders, 1);
	assert_false(p.is_last_admin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(what_is_erased_is_nowhere),
		account_test(a_name_is_nobodys_again),
		account_test(what_is_kept_is_nobodys_login),
		account_test(what_is_anonymous_has_no_name),
		account_test(killed_again_and_again_it_ends),
		account_test(who_stays_loses_nothing),
		account_test(the_preview_counts),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
