/* Votes and likes on their way to SQL and back, and without Redis. */
#include "unit/domain/voting.h"

#include "domain/comment.h"
#include "domain/reaction_fill.h"
#include "domain/reaction_keys.h"

#define US INT64_C(1700000000000000)

static const struct db_sql sql_votes = SQL("SELECT votes FROM post WHERE post_id = ?");
static const struct db_sql sql_score =
	SQL("SELECT score - created_at DIV 1000 FROM post WHERE post_id = ?");
static const struct db_sql sql_likes = SQL("SELECT likes FROM post WHERE post_id = ?");
static const struct db_sql sql_comment_likes =
	SQL("SELECT likes FROM comment WHERE comment_id = ?");
static const struct db_sql sql_vote_rows = SQL("SELECT COUNT(*) FROM post_vote WHERE post_id = ?");
static const struct db_sql sql_state =
	SQL("SELECT is_on FROM liked WHERE target_type = 1 AND target_id = ? AND user_id = ?");

static void redis_fills_itself_again(void **state)
{
	struct fixture *f = *state;
	struct reaction_state now;
	int64_t votes, likes, comment, post;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	comment = forum_comment(f->c, f->post, 0, "comment");
	vote(f, &votes);
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	assert_int_equal(like_set_comment(f->c, comment, true, &likes, &post), OK);
	assert_int_equal(reaction_persist(f->c, take_events(f->c)), OK);
	assert_int_equal(forum_number(f->c, &sql_comment_likes, DB_ARGS(comment)), 1);
	forum_empty_redis();
	now = look(f);
	assert_true(now.is_live);
	assert_true(now.has_voted);
	assert_true(now.has_liked);
	assert_int_equal(now.votes, 1);
	assert_int_equal(now.likes, 1);
	assert_int_equal(now.comments, 1);
	assert_int_equal(now.first_likers.count, 1);
	forum_empty_redis();
	assert_int_equal(vote(f, &votes), VOTE_ALREADY);
	assert_int_equal(like_set_post(f->c, f->post, false, &likes), OK);
	assert_int_equal(likes, 0);
	assert_int_equal(like_set_comment(f->c, comment, true, &likes, &post), OK);
	assert_int_equal(likes, 1);
}

static void without_redis_reading_goes_on_and_voting_does_not(void **state)
{
	struct fixture *f = *state;
	struct ctx *before = f->c;
	struct reaction_state now;
	enum vote_answer answer;
	int64_t votes;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	vote(f, &votes);
	assert_int_equal(reaction_persist(f->c, take_events(f->c)), OK);
	stores_signal("redis", SIGSTOP);
	f->c = forum_open();
	forum_as(f->c, f->bob, ROLE_USER);
	now = look(f);
	assert_false(now.is_live);
	assert_int_equal(now.votes, 1);
	assert_int_equal(vote_cast(f->c, f->post, &answer, &votes), ERR_UNAVAILABLE);
	assert_int_equal(like_set_post(f->c, f->post, true, &votes), ERR_UNAVAILABLE);
	assert_true(forum_post(f->c, "Written", "without Redis") > 0);
	stores_signal("redis", SIGCONT);
	stores_sleep_ms(600);
	forum_next(f->c);
	assert_true(look(f).is_live);
	forum_close(f->c);
	f->c = before;
}

static void the_version_changes_with_comments_and_edits(void **state)
{
	struct fixture *f = *state;
	struct post_draft d = { STR("Vote"), STR("changed") };
	const char *problem;
	int64_t first, second;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	first = look(f).version;
	assert_int_not_equal(first, 0);
	forum_comment(f->c, f->post, 0, "comment");
	second = look(f).version;
	assert_true(second > first);
	forum_as(f->c, f->ann, ROLE_USER);
	assert_int_equal(post_edit(f->c, f->post, &d, 1, &problem), OK);
	assert_true(look(f).version > second);
	second = look(f).version;
	forum_empty_redis();
	stores_sleep_ms(20);
	assert_true(look(f).version > second);
}

static const struct db_sql sql_one_more =
	SQL("UPDATE post SET comments = comments + 1 WHERE post_id = ?");

/* What lists show; what a look found out has come to Redis before. */
static int64_t listed_comments(struct fixture *f)
{
	struct str key = reaction_article_key(f->c->arena, f->post);
	struct cache_reply *reply;

	assert_int_equal(cache_flush(f->c->cache), OK);
	assert_int_equal(cache_run(f->c->cache, &reply,
				   CACHE_ARGS(STR("HGET"), key, STR("comments"))),
			 OK);
	return cache_int(reply);
}

/* Between a comment's commit and the moment in which Redis hears of it somebody looks. */
static void a_comment_that_is_on_its_way_to_redis_counts_once(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	look(f);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_one_more, DB_ARGS(f->post)), OK);
	assert_int_equal(look(f).comments, 1);
	listed_comments(f);
	reaction_bump(f->c, f->post, 1);
	assert_int_equal(listed_comments(f), 1);
}

/* The process died before it told Redis. */
static void a_comment_that_redis_never_heard_of_counts_after_a_while(void **state)
{
	struct fixture *f = *state;

	STORES_OR_SKIP();
	look(f);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_one_more, DB_ARGS(f->post)), OK);
	look(f);
	assert_int_equal(listed_comments(f), 0);
	stores_sleep_ms(REACTION_DRIFT_MS + 10);
	look(f);
	assert_int_equal(listed_comments(f), 1);
	/* And one more right after it. */
	reaction_bump(f->c, f->post, 1);
	assert_int_equal(listed_comments(f), 2);
}

static void a_batch_is_written_once_and_in_any_order(void **state)
{
	struct fixture *f = *state;
	struct str batch;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	batch = str_format(f->c->arena,
			   "[[\"vote\",1,%lld,7,%lld],[\"vote\",1,%lld,8,%lld],"
			   "[\"unlike\",1,%lld,7,%lld],[\"like\",1,%lld,7,%lld],"
			   "[\"like\",1,%lld,8,%lld]]",
			   (long long)f->post, (long long)US, (long long)f->post, (long long)US,
			   (long long)f->post, (long long)US + 2, (long long)f->post,
			   (long long)US + 1, (long long)f->post, (long long)US);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(reaction_persist(f->c, batch), OK);
		assert_int_equal(forum_number(f->c, &sql_votes, DB_ARGS(f->post)), 2);
		assert_int_equal(forum_number(f->c, &sql_vote_rows, DB_ARGS(f->post)), 2);
		assert_int_equal(forum_number(f->c, &sql_score, DB_ARGS(f->post)),
				 2 * VOTE_SECONDS_EACH);
		assert_int_equal(forum_number(f->c, &sql_likes, DB_ARGS(f->post)), 1);
	}
	/* An older word that arrives later changes nothing. */
	batch = str_format(f->c->arena, "[[\"like\",1,%lld,7,%lld]]", (long long)f->post,
			   (long long)US - 1);
	assert_int_equal(reaction_persist(f->c, batch), OK);
	assert_int_equal(forum_number(f->c, &sql_likes, DB_ARGS(f->post)), 1);
	assert_int_equal(forum_number(f->c, &sql_state, DB_ARGS(f->post, INT64_C(7))), 0);
}

/* New likes are written a shorter way, which must notice that some are not. */
static void likes_that_came_before_count_once(void **state)
{
	struct fixture *f = *state;
	int64_t comment;
	struct str batch;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	comment = forum_comment(f->c, f->post, 0, "comment");
	batch = str_format(f->c->arena, "[[\"like\",1,%lld,7,%lld],[\"like\",2,%lld,7,%lld]]",
			   (long long)f->post, (long long)US, (long long)comment, (long long)US);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(reaction_persist(f->c, batch), OK);
		assert_int_equal(forum_number(f->c, &sql_likes, DB_ARGS(f->post)), 1);
		assert_int_equal(forum_number(f->c, &sql_comment_likes, DB_ARGS(comment)), 1);
	}
	batch = str_format(f->c->arena,
			   "[[\"vote\",1,%lld,7,%lld],[\"like\",1,%lld,7,%lld],"
			   "[\"like\",1,%lld,8,%lld],[\"like\",2,%lld,8,%lld]]",
			   (long long)f->post, (long long)US, (long long)f->post, (long long)US + 1,
			   (long long)f->post, (long long)US, (long long)comment, (long long)US);
	assert_int_equal(reaction_persist(f->c, batch), OK);
	assert_int_equal(forum_number(f->c, &sql_likes, DB_ARGS(f->post)), 2);
	assert_int_equal(forum_number(f->c, &sql_comment_likes, DB_ARGS(comment)), 2);
	assert_int_equal(forum_number(f->c, &sql_votes, DB_ARGS(f->post)), 1);
}

/* What Redis has loaded of the post's likes, with its time. */
static struct str loaded(struct fixture *f)
{
	struct cache_reply *reply;

	assert_int_equal(cache_run(f->c->cache, &reply,
				   CACHE_ARGS(STR("HMGET"),
					      reaction_article_key(f->c->arena, f->post),
					      STR("likers"), STR("comment_likers"))),
			 OK);
	return str_format(f->c->arena, STR_FMT " " STR_FMT,
			  STR_ARG(cache_text(cache_item(reply, 0))),
			  STR_ARG(cache_text(cache_item(reply, 1))));
}

/* Redis is emptied, and what SQL knows is asked for. */
static void empty_and_fill(struct fixture *f)
{
	stores_sleep_ms(2);
	forum_empty_redis();
	(void)look(f);
	assert_int_equal(reaction_fill_comments(f->c, f->post), OK);
	stores_sleep_ms(2);
}

static void likes_on_their_way_when_redis_was_emptied_are_shown(void **state)
{
	struct fixture *f = *state;
	int64_t likes, comment, post;
	struct str first, second;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	comment = forum_comment(f->c, f->post, 0, "comment");
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	assert_int_equal(like_set_comment(f->c, comment, true, &likes, &post), OK);
	first = str_copy(stores.arena, take_events(f->c));
	empty_and_fill(f);
	assert_int_equal(look(f).likes, 0);
	/* Newer, and not on its way yet. */
	forum_as(f->c, f->ann, ROLE_USER);
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	second = str_copy(stores.arena, take_events(f->c));
	stores_sleep_ms(2);
	assert_int_equal(reaction_persist(f->c, first), OK);
	forum_as(f->c, f->bob, ROLE_USER);
	assert_true(look(f).has_liked);
	assert_int_equal(reaction_persist(f->c, second), OK);
	assert_int_equal(look(f).likes, 2);
	forum_as(f->c, f->ann, ROLE_USER);
	assert_true(look(f).has_liked);
	assert_int_equal(like_set_comment(f->c, comment, true, &likes, &post), OK);
	assert_int_equal(likes, 2);
	assert_int_equal(like_set_comment(f->c, comment, false, &likes, &post), OK);
	/* The same for one that was taken back. */
	assert_int_equal(reaction_persist(f->c, take_events(f->c)), OK);
	assert_int_equal(like_set_post(f->c, f->post, false, &likes), OK);
	first = str_copy(stores.arena, take_events(f->c));
	empty_and_fill(f);
	assert_int_equal(look(f).likes, 2);
	assert_int_equal(reaction_persist(f->c, first), OK);
	assert_int_equal(look(f).likes, 1);
	assert_false(look(f).has_liked);
}

static void what_redis_knows_is_not_loaded_again(void **state)
{
	struct fixture *f = *state;
	int64_t likes, comment, post;
	struct str before;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	comment = forum_comment(f->c, f->post, 0, "comment");
	empty_and_fill(f);
	before = loaded(f);
	assert_true(before.n > 20);
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	assert_int_equal(like_set_comment(f->c, comment, true, &likes, &post), OK);
	stores_sleep_ms(2);
	assert_int_equal(reaction_persist(f->c, take_events(f->c)), OK);
	assert_same(loaded(f), before);
}

static void what_is_no_event_does_not_poison_a_batch(void **state)
{
	struct fixture *f = *state;
	static const char *const never[] = { "", "{", "{}", "7", "[1,", "[[[[[[[[]]]]]]]]" };
	struct str batch;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	batch = str_format(f->c->arena,
			   "[[\"vote\",1,99,7,1],[\"like\",2,99,7,1],[\"sing\",1,99,7,1],"
			   "[\"vote\",2,99,7,1],[\"vote\"],7,null,\"x\",[],{\"kind\":\"vote\"},"
			   "[\"vote\",1,%lld,-7,1],[\"vote\",1,%lld,\"8\",1],[7,1,%lld,8,1],"
			   "[\"vote\",1,%lld,8,1,1],[\"vote\",1,%lld,7,1]]",
			   (long long)f->post, (long long)f->post, (long long)f->post,
			   (long long)f->post, (long long)f->post);
	assert_int_equal(reaction_persist(f->c, batch), OK);
	assert_int_equal(forum_number(f->c, &sql_votes, DB_ARGS(f->post)), 1);
	assert_int_equal(reaction_persist(f->c, STR("[]")), OK);
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		assert_int_equal(reaction_persist(f->c, str_from_c(never[i])), ERR_INVALID);
}

static void a_rebuild_leaves_what_is_newer(void **state)
{
	struct fixture *f = *state;
	int64_t votes, likes, last = 0, after;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	vote(f, &votes);
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	/* Neither is in SQL yet. */
	do {
		after = last;
		assert_int_equal(reaction_rebuild(f->c, after, 2, &last), OK);
	} while (last > after);
	assert_int_equal(vote(f, &votes), VOTE_ALREADY);
	assert_int_equal(votes, 1);
	assert_int_equal(look(f).likes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		post_test(redis_fills_itself_again),
		post_test(without_redis_reading_goes_on_and_voting_does_not),
		post_test(the_version_changes_with_comments_and_edits),
		post_test(a_comment_that_is_on_its_way_to_redis_counts_once),
		post_test(a_comment_that_redis_never_heard_of_counts_after_a_while),
		post_test(a_batch_is_written_once_and_in_any_order),
		post_test(likes_that_came_before_count_once),
		post_test(likes_on_their_way_when_redis_was_emptied_are_shown),
		post_test(what_redis_knows_is_not_loaded_again),
		post_test(what_is_no_event_does_not_poison_a_batch),
		post_test(a_rebuild_leaves_what_is_newer),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
