/* Votes and likes against a real Redis. */
#include "unit/domain/voting.h"

#include "base/clock.h"
#include "domain/post_rank.h"
#include "domain/reaction_keys.h"

static const struct db_sql sql_age =
	SQL("UPDATE post SET created_at = created_at - ? WHERE post_id = ?");
static const struct db_sql sql_likes = SQL("SELECT likes FROM post WHERE post_id = ?");
static const struct db_sql sql_state =
	SQL("SELECT is_on FROM liked WHERE target_type = 1 AND target_id = ? AND user_id = ?");

static void a_vote_counts_once_and_never_ones_own(void **state)
{
	struct fixture *f = *state;
	int64_t votes;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
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
	forum_as(f->c, f->bob, ROLE_USER);
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
	forum_as(f->c, f->bob, ROLE_USER);
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
	struct str events;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(post_rank_build(f->c, true), OK);
	before = score_in_redis(f);
	assert_int_equal(vote(f, &votes), VOTE_COUNTED);
	events = take_events(f->c);
	assert_int_equal(reaction_persist(f->c, events), OK);
	assert_int_equal(score_in_redis(f), before + VOTE_SECONDS_EACH);
	/* A message that comes again finds its votes there. */
	assert_int_equal(reaction_persist(f->c, events), OK);
	assert_int_equal(score_in_redis(f), before + VOTE_SECONDS_EACH);
}

static void likes_are_on_or_off(void **state)
{
	struct fixture *f = *state;
	struct reaction_state now;
	int64_t likes;

	STORES_OR_SKIP();
	forum_as(f->c, f->bob, ROLE_USER);
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
	forum_as(f->c, f->bob, ROLE_USER);
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

/* A key made on the way would have no end. */
static void taking_back_what_was_never_given_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct cache_reply *exists;
	int64_t likes, post, comment;

	STORES_OR_SKIP();
	comment = forum_comment(f->c, f->post, 0, "Nobody likes this.");
	forum_as(f->c, f->bob, ROLE_USER);
	assert_int_equal(like_set_comment(f->c, comment, false, &likes, &post), OK);
	assert_int_equal(likes, 0);
	assert_int_equal(cache_run(f->c->cache, &exists,
				   CACHE_ARGS(STR("EXISTS"),
					      reaction_keys(f->c->arena, f->post).comment_likes)),
			 OK);
	assert_int_equal(cache_int(exists), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		post_test(a_vote_counts_once_and_never_ones_own),
		post_test(twenty_votes_at_once_by_one_user_count_once),
		post_test(voting_ends_after_a_week),
		post_test(a_vote_moves_the_post_up),
		post_test(likes_are_on_or_off),
		post_test(likes_toggled_at_once_end_in_one_state_everywhere),
		post_test(taking_back_what_was_never_given_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
