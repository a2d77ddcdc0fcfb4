/* Votes and likes against a real Redis and MariaDB, and their way into SQL. */
#include "unit/unit.h"

#include "base/clock.h"
#include "domain/comment.h"
#include "domain/post_list.h"
#include "domain/post_rank.h"
#include "domain/reaction.h"
#include "support/forum.h"

#define US INT64_C(1700000000000000)

static const struct db_sql sql_age =
	SQL("UPDATE post SET created_at = created_at - ? WHERE post_id = ?");
static const struct db_sql sql_votes = SQL("SELECT votes FROM post WHERE post_id = ?");
static const struct db_sql sql_score =
	SQL("SELECT score - created_at DIV 1000 FROM post WHERE post_id = ?");
static const struct db_sql sql_likes = SQL("SELECT likes FROM post WHERE post_id = ?");
static const struct db_sql sql_comment_likes =
	SQL("SELECT likes FROM comment WHERE comment_id = ?");
static const struct db_sql sql_vote_rows = SQL("SELECT COUNT(*) FROM post_vote WHERE post_id = ?");
static const struct db_sql sql_state =
	SQL("SELECT is_on FROM liked WHERE target_type = 1 AND target_id = ? AND user_id = ?");

struct fixture {
	struct ctx *c;
	int64_t ann, bob, post;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (stores.missing)
		return 0;
	f->c = forum_open();
	f->ann = forum_user(f->c, ROLE_USER);
	f->bob = forum_user(f->c, ROLE_USER);
	forum_as(f->c, f->ann, ROLE_USER);
	f->post = forum_post(f->c, "Vote", "for this");
	forum_as(f->c, f->bob, ROLE_USER);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (!stores.missing)
		forum_close(f->c);
	free(f);
	return 0;
}

static enum vote_answer vote(struct fixture *f, int64_t *votes)
{
	enum vote_answer answer;

	assert_int_equal(vote_cast(f->c, f->post, &answer, votes), OK);
	return answer;
}

static struct reaction_state look(struct fixture *f)
{
	struct reaction_want want;
	struct reaction_state state;
	struct post p;

	reaction_prepare(f->c, &want, f->post, f->c->viewer.id);
	(void)!cache_flush(f->c->cache);
	assert_int_equal(post_find(f->c, f->post, &p), OK);
	assert_int_equal(reaction_load(f->c, &want, p.created_at, p.votes, p.likes, p.comments,
				       &state),
			 OK);
	return state;
}

/* All events that wait in the streams, as the relay sends them; the streams are emptied. */
static struct str take_events(struct ctx *c)
{
	struct buf json;
	struct cache_reply *reply;
	size_t i, k;
	int shard;

	buf_init(&json, c->arena, 1024);
	for (shard = 0; shard < REACTION_SHARDS; shard++) {
		struct str key = reaction_stream_key(c->arena, shard);

		assert_int_equal(cache_run(c->cache, &reply,
					   CACHE_ARGS(STR("XRANGE"), key, STR("-"), STR("+"))),
				 OK);
		for (i = 0; i < cache_items(reply); i++) {
			const struct cache_reply *fields = cache_item(cache_item(reply, i), 1);

			buf_add(&json, json.n ? STR(",{") : STR("[{"));
			for (k = 0; k + 1 < cache_items(fields); k += 2) {
				if (k)
					buf_add_char(&json, ',');
				buf_add_json(&json, cache_text(cache_item(fields, k)));
				buf_add_char(&json, ':');
				buf_add_json(&json, cache_text(cache_item(fields, k + 1)));
			}
			buf_add_char(&json, '}');
		}
		assert_int_equal(cache_run(c->cache, &reply, CACHE_ARGS(STR("DEL"), key)), OK);
	}
	buf_add(&json, json.n ? STR("]") : STR("[]"));
	return buf_str(&json);
}

static void a_vote_counts_once_and_never_ones_own(void **state)
{
	struct fixture *f = *state;
	int64_t votes;

	STORES_OR_SKIP();
	assert_false(look(f).has_voted);
	assert_int_equal(vote(f, &votes), VOTE_COUNTED);
	assert_int_equal(votes, 1);
	assert_int_equal(vote(f, &votes), VOTE_ALREADY);
	assert_int_equal(votes, 1);
	assert_true(look(f).has_voted);
	assert_int_equal(look(f).votes, 1);
	forum_as(f->c, f->ann, ROLE_USER);
	assert_int_equal(vote(f, &votes), VOTE_OWN);
	assert_int_equal(votes, 1);
	assert_false(look(f).has_voted);
	forum_as(f->c, 0, ROLE_USER);
	assert_int_equal(vote_cast(f->c, f->post, &(enum vote_answer){ 0 }, &votes), ERR_AUTH);
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(vote_cast(f->c, 12345, &(enum vote_answer){ 0 }, &votes), ERR_NOT_FOUND);
}

struct voter {
	int64_t user, post;
};

static int64_t vote_at_once(struct ctx *c, int number, const void *context)
{
	const struct voter *v = context;
	enum vote_answer answer;
	int64_t votes;

	(void)number;
	forum_as(c, v->user, ROLE_USER);
	return vote_cast(c, v->post, &answer, &votes) ? 99 : (int64_t)answer;
}

static void twenty_votes_at_once_by_one_user_count_once(void **state)
{
	struct fixture *f = *state;
	int64_t results[20], votes;
	int counted = 0;

	STORES_OR_SKIP();
	/* Nothing is loaded: all of them find Redis empty, and all of them load. */
	forum_empty_redis();
	forum_at_once(20, vote_at_once, &(struct voter){ f->bob, f->post }, results);
	for (int i = 0; i < 20; i++) {
		assert_true(results[i] == VOTE_COUNTED || results[i] == VOTE_ALREADY);
		counted += results[i] == VOTE_COUNTED;
	}
	assert_int_equal(counted, 1);
	assert_int_equal(vote(f, &votes), VOTE_ALREADY);
	assert_int_equal(votes, 1);
}

static void voting_ends_after_a_week(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *ttl;
	int64_t votes;
	struct str key;

	STORES_OR_SKIP();
	assert_int_equal(vote(f, &votes), VOTE_COUNTED);
	key = str_format(f->c->arena, "article:vote:{%d}:%lld", reaction_shard(f->post),
			 (long long)f->post);
	assert_int_equal(cache_run(f->c->cache, &ttl, CACHE_ARGS(STR("TTL"), key)), OK);
	assert_in_range(cache_int(ttl), 7 * 86400 + 30, 7 * 86400 + 61);
	assert_true(look(f).is_vote_open);
	assert_int_equal(reaction_persist(f->c, take_events(f->c)), OK);
	assert_int_equal(db_exec(f->c->db, NULL, &sql_age, DB_ARGS(VOTE_MS + 1, f->post)), OK);
	forum_empty_redis();
	assert_int_equal(vote(f, &votes), VOTE_CLOSED);
	assert_int_equal(votes, 1);
	assert_false(look(f).is_vote_open);
	/* Within the last minute it is still open, and the voter is still known. */
	assert_int_equal(db_exec(f->c->db, NULL, &sql_age, DB_ARGS(-CLOCK_MINUTE, f->post)), OK);
	forum_empty_redis();
	assert_int_equal(vote(f, &votes), VOTE_ALREADY);
}

static int64_t score_in_redis(struct fixture *f)
{
	struct post_places places;
	size_t i;

	assert_int_equal(post_rank_page(f->c, (struct post_place){ 0, 0 }, 50, &places), OK);
	for (i = 0; i < places.count; i++) {
		if (places.items[i].id == f->post)
			return places.items[i].score;
	}
	return -1;
}

static void a_vote_moves_the_post_up(void **state)
{
	struct fixture *f = *state;
	int64_t votes, before;

	STORES_OR_SKIP();
	assert_int_equal(post_rank_build(f->c, true), OK);
	before = score_in_redis(f);
	assert_int_equal(vote(f, &votes), VOTE_COUNTED);
	forum_next(f->c);
	assert_int_equal(score_in_redis(f), before + VOTE_SECONDS_EACH);
}

static void likes_are_on_or_off(void **state)
{
	struct fixture *f = *state;
	struct reaction_state now;
	int64_t likes;

	STORES_OR_SKIP();
	assert_int_equal(like_set_post(f->c, f->post, false, &likes), OK);
	assert_int_equal(likes, 0);
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	assert_int_equal(likes, 1);
	stores_sleep_ms(5);
	forum_as(f->c, f->ann, ROLE_USER);
	assert_int_equal(like_set_post(f->c, f->post, true, &likes), OK);
	assert_int_equal(likes, 2);
	now = look(f);
	assert_true(now.has_liked);
	assert_int_equal(now.likes, 2);
	assert_int_equal(now.first_likers.count, 2);
	assert_int_equal(now.first_likers.items[0], f->bob);
	assert_int_equal(like_set_post(f->c, f->post, false, &likes), OK);
	assert_int_equal(likes, 1);
	assert_false(look(f).has_liked);
}

static int64_t toggle_at_once(struct ctx *c, int number, const void *context)
{
	const struct voter *v = context;
	int64_t likes;

	forum_as(c, v->user, ROLE_USER);
	for (int i = 0; i < 25; i++) {
		if (like_set_post(c, v->post, (i + number) % 2, &likes))
			return 99;
	}
	return 0;
}

static void likes_toggled_at_once_end_in_one_state_everywhere(void **state)
{
	struct fixture *f = *state;
	struct reaction_state now;
	int64_t results[8];

	STORES_OR_SKIP();
	forum_empty_redis();
	forum_at_once(8, toggle_at_once, &(struct voter){ f->bob, f->post }, results);
	for (int i = 0; i < 8; i++)
		assert_int_equal(results[i], 0);
	now = look(f);
	assert_int_equal(now.likes, now.has_liked ? 1 : 0);
	assert_int_equal(reaction_persist(f->c, take_events(f->c)), OK);
	assert_int_equal(forum_number(f->c, &sql_likes, DB_ARGS(f->post)), now.likes);
	assert_int_equal(forum_number(f->c, &sql_state, DB_ARGS(f->post, f->bob)), now.likes);
}

static void redis_fills_itself_again(void **state)
{
	struct fixture *f = *state;
	struct reaction_state now;
	int64_t votes, likes, comment, post;

	STORES_OR_SKIP();
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

static void a_batch_is_written_once_and_in_any_order(void **state)
{
	struct fixture *f = *state;
	struct str batch;

	STORES_OR_SKIP();
	batch = str_format(f->c->arena,
			   "[{\"kind\":\"vote\",\"type\":\"1\",\"target\":\"%lld\",\"user\":\"7\","
			   "\"at\":\"%lld\"},"
			   "{\"kind\":\"vote\",\"type\":1,\"target\":%lld,\"user\":8,\"at\":%lld},"
			   "{\"kind\":\"unlike\",\"type\":\"1\",\"target\":\"%lld\",\"user\":\"7\","
			   "\"at\":\"%lld\"},"
			   "{\"kind\":\"like\",\"type\":\"1\",\"target\":\"%lld\",\"user\":\"7\","
			   "\"at\":\"%lld\"},"
			   "{\"kind\":\"like\",\"type\":\"1\",\"target\":\"%lld\",\"user\":\"8\","
			   "\"at\":\"%lld\"}]",
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
	batch = str_format(f->c->arena,
			   "[{\"kind\":\"like\",\"type\":\"1\",\"target\":\"%lld\",\"user\":\"7\","
			   "\"at\":\"%lld\"}]",
			   (long long)f->post, (long long)US - 1);
	assert_int_equal(reaction_persist(f->c, batch), OK);
	assert_int_equal(forum_number(f->c, &sql_likes, DB_ARGS(f->post)), 1);
	assert_int_equal(forum_number(f->c, &sql_state, DB_ARGS(f->post, INT64_C(7))), 0);
}

static void what_is_no_event_does_not_poison_a_batch(void **state)
{
	struct fixture *f = *state;
	static const char *const never[] = { "", "{", "{}", "7", "[1,", "[[[[[[[[]]]]]]]]" };
	struct str batch;

	STORES_OR_SKIP();
	batch = str_format(
		f->c->arena,
		"[{\"kind\":\"vote\",\"type\":\"1\",\"target\":\"99\",\"user\":\"7\",\"at\":\"1\"},"
		"{\"kind\":\"like\",\"type\":\"2\",\"target\":\"99\",\"user\":\"7\",\"at\":\"1\"},"
		"{\"kind\":\"sing\",\"type\":\"1\",\"target\":\"99\",\"user\":\"7\",\"at\":\"1\"},"
		"{\"kind\":\"vote\",\"type\":\"2\",\"target\":\"99\",\"user\":\"7\",\"at\":\"1\"},"
		"{\"kind\":\"vote\"},7,null,\"x\",[],"
		"{\"kind\":\"vote\",\"type\":\"1\",\"target\":\"%lld\",\"user\":\"-7\",\"at\":"
		"\"1\"},"
		"{\"kind\":\"vote\",\"type\":\"1\",\"target\":\"%lld\",\"user\":\"7\",\"at\":\"1\"}"
		"]",
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

#define forum_test(function) cmocka_unit_test_setup_teardown((function), set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		forum_test(a_vote_counts_once_and_never_ones_own),
		forum_test(twenty_votes_at_once_by_one_user_count_once),
		forum_test(voting_ends_after_a_week),
		forum_test(a_vote_moves_the_post_up),
		forum_test(likes_are_on_or_off),
		forum_test(likes_toggled_at_once_end_in_one_state_everywhere),
		forum_test(redis_fills_itself_again),
		forum_test(without_redis_reading_goes_on_and_voting_does_not),
		forum_test(the_version_changes_with_comments_and_edits),
		forum_test(a_batch_is_written_once_and_in_any_order),
		forum_test(what_is_no_event_does_not_poison_a_batch),
		forum_test(a_rebuild_leaves_what_is_newer),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
