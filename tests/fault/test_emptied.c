/*
 * Redis emptied, or back with less than it had: pages show what SQL knows, the ranking is built
 * anew, no vote counts twice, and what is voted afterwards arrives.
 */
#include "fault/fault.h"

#include "domain/reaction.h"
#include "web/cookie.h"

struct site *site;

#define POSTS 13
#define VOTERS 5

static struct browser *ann, *voters[VOTERS];
static int64_t posts[POSTS], comment, ann_id, voter_ids[VOTERS];

static const struct db_sql sql_stored =
	SQL("SELECT CAST(SUM(votes + likes) AS SIGNED) FROM post WHERE author_id = ?");
static const struct db_sql sql_rows = SQL("SELECT COUNT(*) FROM post_vote WHERE post_id = ?");
static const struct db_sql sql_liked =
	SQL("SELECT COUNT(*) FROM liked WHERE target_type = 2 AND target_id = ? AND is_on = 1");

static const char *path_of(int i, const char *more)
{
	return visit_path(ann, "/posts/%lld%s", (long long)posts[i], more);
}

static struct reply json(struct browser *b, const char *path, const char *fields)
{
	static const char *const accept[] = { "HTTP_ACCEPT", "application/json", NULL };

	return browser_ask(b, &(struct ask){ .path = path,
					     .body = fault_form(b, fields),
					     .extra = accept });
}

/* The i-th post gets i % 5 votes, and one like. */
static bool is_stored(void *context)
{
	int64_t wanted = POSTS;
	int i;

	(void)context;
	for (i = 0; i < POSTS; i++)
		wanted += i % 5;
	return visit_number(site, &sql_stored, DB_ARGS(ann_id)) == wanted &&
	       visit_number(site, &sql_liked, DB_ARGS(comment)) == 1;
}

/* The list as text, without the ages that pass. */
static struct str shown(const char *path)
{
	struct reply r = get(visit_guest(site), path);

	assert_status(r, 200);
	return page_text(ann->arena, page_by_id(r.body, "main"));
}

/* The ids of posts in the order of a page. */
static struct str order(const char *path)
{
	struct reply r = get(visit_guest(site), path);
	struct str rest = r.body;
	struct str ids = STR("");
	struct page_tag tag;

	while (page_next_tag(&rest, &tag)) {
		struct str link = page_attribute(&tag, "href");

		if (str_starts(link, STR("/posts/")) && str_find(link, STR("#")) < 0)
			ids = str_format(ann->arena, STR_FMT STR_FMT "\n", STR_ARG(ids),
					 STR_ARG(link));
	}
	return ids;
}

static void log_in_again(void)
{
	int i;

	for (i = 0; i < VOTERS; i++)
		voters[i] = visit_again(site, voter_ids[i]);
	ann = visit_again(site, ann_id);
}

static void all_is_as_it_was(void **state)
{
	struct str hot = order("/");
	struct str newest = order("/?sort=new");
	struct str article;
	struct reply r;
	int i;

	(void)state;
	usleep(1100000); /* lists remember votes for a second */
	hot = order("/");
	article = shown(path_of(4, ""));
	assert_true(hot.n > 0 && !str_is(hot, newest));
	site_redis_command(site, "FLUSHALL");
	/* Everybody is a guest now, and can read. */
	r = get(ann, path_of(4, ""));
	assert_page(ann, r, 200);
	assert_int_equal(get(ann, "/posts/new").status, 303);
	assert_same(order("/"), hot);
	assert_same(order("/"), hot);
	assert_same(order("/?sort=new"), newest);
	assert_same(shown(path_of(4, "")), article);
	log_in_again();
	/* Who voted has voted, who liked likes. */
	for (i = 0; i < VOTERS; i++) {
		r = json(voters[i], path_of(4, "/vote"), "");
		assert_same(str_trim(r.body),
			    str_from_c(i < 4 ? "{\"votes\":4,\"answer\":\"already\"}"
					     : "{\"votes\":5,\"answer\":\"counted\"}"));
	}
	r = json(voters[0], path_of(4, "/like"), "on=1");
	assert_text(str_trim(r.body), "{\"likes\":1,\"answer\":\"liked\"}");
	r = get(voters[0], path_of(4, ""));
	assert_has(r, visit_path(ann, "name=\"unlike\" value=\"%lld\"", (long long)comment));
	r = json(voters[0], "/comments/like", visit_path(ann, "like=%lld", (long long)comment));
	assert_text(str_trim(r.body), "{\"likes\":1,\"answer\":\"liked\"}");
}

static bool has_five_votes(void *context)
{
	(void)context;
	return visit_number(site, &sql_rows, DB_ARGS(posts[4])) == 5;
}

static bool is_comment_liked_twice(void *context)
{
	(void)context;
	return visit_number(site, &sql_liked, DB_ARGS(comment)) == 2;
}

/* The streams and their groups were gone, too: the relay makes them again. */
static void what_comes_afterwards_arrives(void **state)
{
	struct reply r;

	(void)state;
	fault_wait(has_five_votes, NULL, 30000);
	r = json(voters[1], "/comments/like", visit_path(ann, "like=%lld", (long long)comment));
	assert_text(str_trim(r.body), "{\"likes\":2,\"answer\":\"liked\"}");
	fault_wait(is_comment_liked_twice, NULL, 30000);
}

static bool has_one_vote(void *context)
{
	(void)context;
	return visit_number(site, &sql_rows, DB_ARGS(posts[0])) == 1;
}

static bool shows_one_vote(void *context)
{
	struct reply r = json(ann, path_of(0, "/vote"), "");

	(void)context;
	return str_is(str_trim(r.body), STR("{\"votes\":1,\"answer\":\"own\"}"));
}

/* The relay cuts off what the broker has. */
static bool is_published(void *context)
{
	struct ctx *c = site_ctx(site);
	struct cache_reply *reply;
	int64_t left = 0;
	int i;

	(void)context;
	for (i = 0; i < REACTION_SHARDS; i++) {
		assert_int_equal(cache_run(c->cache, &reply,
					   CACHE_ARGS(STR("XLEN"),
						      reaction_stream_key(c->arena, i))),
				 OK);
		left += cache_int(reply);
	}
	return left == 0;
}

/* It had left Redis and was not in SQL yet: Redis, filled from SQL in between, learns of it. */
static void what_was_on_its_way_is_counted(void **state)
{
	(void)state;
	child_stop(site_pid(site, "persist"));
	assert_status(json(voters[0], path_of(0, "/vote"), ""), 200);
	assert_true(shows_one_vote(NULL));
	fault_wait(is_published, NULL, WAIT_MOST_MS);
	site_redis_command(site, "FLUSHALL");
	log_in_again();
	assert_false(shows_one_vote(NULL));
	kill(site_pid(site, "persist"), SIGCONT);
	fault_wait(has_one_vote, NULL, 30000);
	fault_wait(shows_one_vote, NULL, WAIT_MOST_MS);
}

static void a_ranking_is_built_once_by_many(void **state)
{
	struct ask ask = { .path = "/" };
	struct at_once got[12];
	struct str hot = order("/");
	int i;

	(void)state;
	usleep(1100000);
	site_redis_command(site, "FLUSHALL");
	visit_at_once(visit_guest(site), &ask, 12, got);
	for (i = 0; i < 12; i++) {
		assert_int_equal(got[i].status, 200);
		assert_in_range(got[i].ms, 0, PATIENCE_MS);
	}
	usleep(1100000);
	assert_same(order("/"), hot);
}

/* Forms of the time before: their token is bound to a session that is gone. */
static void a_form_of_before_is_kept_for_the_login(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct str form = fault_form(b, "title=Typed+for+an+hour&body=precious");
	struct reply r;
	struct str at;

	(void)state;
	site_redis_command(site, "FLUSHALL");
	r = ask_in_time(b, .path = "/posts", .body = form);
	assert_status(r, 303);
	at = reply_header(b, &r, "Location");
	assert_true(str_find(at, STR("&held=")) > 0);
	at = str_slice(at, (size_t)str_find(at, STR("&held=")) + 6, at.n);
	log_in_again();
	browser_set_cookie(ann, COOKIE_GUEST_NAME, browser_cookie(b, COOKIE_GUEST_NAME));
	r = get(ann, visit_path(ann, "/resume/" STR_FMT, STR_ARG(at)));
	assert_page(ann, r, 200);
	assert_text(page_value(ann->arena, r.body, "title"), "Typed for an hour");
	assert_text(page_value(ann->arena, r.body, "body"), "precious");
}

static int start(void **state)
{
	int i, k;

	(void)state;
	fault_start((const char *const[]){ "post", "post", "post", "account", NULL },
		    (const char *const[]){ "relay", "persist", NULL });
	ann = visit_member(site, ROLE_USER);
	ann_id = visit_id(ann);
	for (i = 0; i < VOTERS; i++) {
		voters[i] = visit_member(site, ROLE_USER);
		voter_ids[i] = visit_id(voters[i]);
	}
	for (i = 0; i < POSTS; i++) {
		posts[i] = visit_publish(ann, visit_path(ann, "Post number %d", i), "text");
		for (k = 0; k < i % 5; k++)
			json(voters[k], path_of(i, "/vote"), "");
		json(voters[0], path_of(i, "/like"), "on=1");
	}
	comment = visit_comment(ann, posts[4], 0, "liked");
	json(voters[0], "/comments/like", visit_path(ann, "like=%lld", (long long)comment));
	fault_wait(is_stored, NULL, 30000);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_as_it_was),
		cmocka_unit_test(what_comes_afterwards_arrives),
		cmocka_unit_test(what_was_on_its_way_is_counted),
		cmocka_unit_test(a_ranking_is_built_once_by_many),
		cmocka_unit_test(a_form_of_before_is_kept_for_the_login),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
