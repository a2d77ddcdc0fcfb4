/* Votes and likes: once, in time, by those who may, however many press at once. */
#include "web/web.h"

#include "base/clock.h"
#include "domain/reaction_keys.h"

#define AT_ONCE 20

static const struct db_sql sql_age =
	SQL("UPDATE post SET created_at = ?, score = ? DIV 1000 WHERE post_id = ?");

struct post_of {
	struct browser *ann, *bob;
	int64_t id;
};

static int set_up(void **state)
{
	struct post_of *p = calloc(1, sizeof(*p));

	p->ann = visit_member(site, ROLE_USER);
	p->bob = visit_member(site, ROLE_USER);
	p->id = visit_publish(p->ann, "Vote for me", "if you like");
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct post_of *p = *state;

	free(p);
	return 0;
}

static const char *path_of(struct browser *b, int64_t id, const char *more)
{
	return visit_path(b, "/posts/%lld%s", (long long)id, more);
}

static struct reply react(struct browser *b, const char *path, const char *fields)
{
	struct str body = str_format(b->arena, STR_FMT "%s%s", STR_ARG(browser_token(b)),
				     *fields ? "&" : "", fields);
	static const char *const json[] = { "HTTP_ACCEPT", "application/json", NULL };

	return browser_ask(b, &(struct ask){ .path = path, .body = body, .extra = json });
}

static void assert_json(struct reply r, const char *wanted)
{
	assert_status(r, 200);
	assert_text_at(str_trim(r.body), str_from_c(wanted), __FILE__, __LINE__);
}

/* As if it had been published then. */
static void set_published(int64_t id, int64_t at)
{
	struct ctx *c = site_ctx(site);
	struct reaction_keys k = reaction_keys(c->arena, id);
	struct cache_reply *reply;

	visit_change(site, &sql_age, DB_ARGS(at, at, id));
	assert_int_equal(cache_run(c->cache, &reply,
				   CACHE_ARGS(STR("DEL"), k.article, k.voters, k.likers)),
			 OK);
}

static void a_vote_counts_once(void **state)
{
	struct post_of *p = *state;
	struct reply r = get(p->bob, path_of(p->bob, p->id, ""));

	assert_page(p->bob, r, 200);
	assert_shows(p->bob, r, "Vote 0");
	r = post_form(p->bob, path_of(p->bob, p->id, "/vote"), "");
	assert_redirect(p->bob, r, path_of(p->bob, p->id, "#react"));
	r = get(p->bob, path_of(p->bob, p->id, ""));
	assert_page(p->bob, r, 200);
	assert_shows(p->bob, r, "Voted 1");
	assert_has(r, "You have voted for this.");
	assert_json(react(p->bob, path_of(p->bob, p->id, "/vote"), ""),
		    "{\"votes\":1,\"answer\":\"already\"}");
	assert_json(react(p->ann, path_of(p->ann, p->id, "/vote"), ""),
		    "{\"votes\":1,\"answer\":\"own\"}");
	r = get(p->ann, path_of(p->ann, p->id, ""));
	assert_has(r, "Your own post: others vote for it.");
}

static void voting_ends_after_a_week(void **state)
{
	struct post_of *p = *state;
	struct reply r;

	set_published(p->id, clock_now() - 7 * CLOCK_DAY + 2 * CLOCK_MINUTE);
	assert_json(react(p->bob, path_of(p->bob, p->id, "/vote"), ""),
		    "{\"votes\":1,\"answer\":\"counted\"}");
	set_published(p->id, clock_now() - 7 * CLOCK_DAY - CLOCK_SECOND);
	assert_json(react(visit_member(site, ROLE_USER), path_of(p->bob, p->id, "/vote"), ""),
		    "{\"votes\":0,\"answer\":\"closed\"}");
	r = get(p->bob, path_of(p->bob, p->id, ""));
	assert_page(p->bob, r, 200);
	assert_has(r, "Voting closed a week after publication.");
	assert_true(str_find(page_by_id(r.body, "react"), STR(" disabled")) > 0);
	/* Likes know no end. */
	assert_json(react(p->bob, path_of(p->bob, p->id, "/like"), "on=1"),
		    "{\"likes\":1,\"answer\":\"liked\"}");
}

static void twenty_presses_of_one_are_one_vote(void **state)
{
	struct post_of *p = *state;
	struct ask ask = { .path = path_of(p->bob, p->id, "/vote"), .body = browser_token(p->bob) };
	struct at_once got[AT_ONCE];
	int i;

	visit_at_once(p->bob, &ask, AT_ONCE, got);
	for (i = 0; i < AT_ONCE; i++)
		assert_int_equal(got[i].status, 303);
	assert_json(react(p->bob, path_of(p->bob, p->id, "/vote"), ""),
		    "{\"votes\":1,\"answer\":\"already\"}");
}

static void twenty_people_are_twenty_votes(void **state)
{
	struct post_of *p = *state;
	struct browser *people[AT_ONCE];
	struct ask asks[AT_ONCE];
	struct at_once got[AT_ONCE];
	int i;

	for (i = 0; i < AT_ONCE; i++) {
		people[i] = visit_member(site, ROLE_USER);
		asks[i] = (struct ask){ .path = path_of(p->bob, p->id, "/vote"),
					.body = browser_token(people[i]) };
	}
	visit_all_at_once(people, asks, AT_ONCE, got);
	for (i = 0; i < AT_ONCE; i++) {
		assert_int_equal(got[i].status, 303);
	}
	assert_json(react(p->ann, path_of(p->ann, p->id, "/vote"), ""),
		    "{\"votes\":20,\"answer\":\"own\"}");
	assert_shows(p->bob, get(p->bob, "/?sort=new"), "20 Votes Vote for me");
}

/* How many posts stand before this one in the hot list. */
static int place(struct browser *b, int64_t id)
{
	struct str wanted = str_format(b->arena, "/posts/%lld", (long long)id);
	struct str path = STR("/");
	int before = 0;

	while (path.n && before < 1000) {
		struct reply r = get(b, path.p);
		struct str rest = r.body;
		struct page_tag tag;

		assert_page(b, r, 200);
		path = (struct str){ 0 };
		while (page_next_tag(&rest, &tag)) {
			struct str link = page_attribute(&tag, "href");

			if (str_is(page_attribute(&tag, "rel"), STR("next")))
				path = page_unescape(b->arena, link);
			if (str_is(link, wanted))
				return before;
			before += str_is(tag.name, STR("h2")) && !tag.is_end;
		}
	}
	fail_msg("%s is not in the hot list", wanted.p);
	return -1;
}

static void votes_lift_a_post_in_the_hot_list(void **state)
{
	struct post_of *p = *state;
	int64_t newer = visit_publish(p->ann, "Newer and unloved", "text");
	bool is_lifted = false;

	assert_true(place(p->bob, newer) < place(p->bob, p->id));
	/* 432 seconds a vote: one weighs more than the moment between the two. */
	assert_int_equal(post_form(p->bob, path_of(p->bob, p->id, "/vote"), "").status, 303);
	site_start_worker(site, "relay");
	site_start_worker(site, "persist");
	/* The rank follows SQL, and each process remembers lists for a second. */
	WAIT_UNTIL(is_lifted = place(p->bob, p->id) < place(p->bob, newer));
	assert_true(is_lifted);
}

static void a_like_is_given_and_taken_back(void **state)
{
	struct post_of *p = *state;
	const char *like = path_of(p->bob, p->id, "/like");
	struct reply r = post_form(p->bob, like, "on=1");

	assert_redirect(p->bob, r, path_of(p->bob, p->id, "#react"));
	r = get(p->bob, path_of(p->bob, p->id, ""));
	assert_page(p->bob, r, 200);
	assert_shows(p->bob, r, "Like 1");
	assert_has(r, "aria-pressed=\"true\"");
	assert_has(r, path_of(p->bob, p->id, "/likers"));
	/* Pressed twice on two pages is the same as once. */
	assert_json(react(p->bob, like, "on=1"), "{\"likes\":1,\"answer\":\"liked\"}");
	assert_json(react(p->ann, like, "on=1"), "{\"likes\":2,\"answer\":\"liked\"}");
	assert_json(react(p->bob, like, "on=0"), "{\"likes\":1,\"answer\":\"not liked\"}");
	assert_json(react(p->bob, like, "on=0"), "{\"likes\":1,\"answer\":\"not liked\"}");
	r = get(p->bob, path_of(p->bob, p->id, ""));
	assert_shows(p->bob, r, "Like 1");
	assert_has(r, "aria-pressed=\"false\"");
	assert_json(react(p->ann, like, "on=0"), "{\"likes\":0,\"answer\":\"not liked\"}");
}

static void likes_at_once_are_counted_right(void **state)
{
	struct post_of *p = *state;
	struct ask ask = { .path = path_of(p->bob, p->id, "/like") };
	struct at_once got[AT_ONCE];

	ask.body = str_format(p->bob->arena, STR_FMT "&on=1", STR_ARG(browser_token(p->bob)));
	visit_at_once(p->bob, &ask, AT_ONCE, got);
	assert_json(react(p->ann, path_of(p->ann, p->id, "/like"), "on=0"),
		    "{\"likes\":1,\"answer\":\"not liked\"}");
	ask.body = str_format(p->bob->arena, STR_FMT "&on=0", STR_ARG(browser_token(p->bob)));
	visit_at_once(p->bob, &ask, AT_ONCE, got);
	assert_json(react(p->ann, path_of(p->ann, p->id, "/like"), "on=0"),
		    "{\"likes\":0,\"answer\":\"not liked\"}");
}

static void comments_are_liked_one_by_one(void **state)
{
	struct post_of *p = *state;
	int64_t one = visit_comment(p->ann, p->id, 0, "like this");
	int64_t two = visit_comment(p->ann, p->id, 0, "and not this");
	struct reply r = post_form(p->bob, "/comments/like",
				   visit_path(p->bob, "like=%lld&next=%%2Fposts%%2F%lld",
					      (long long)one, (long long)p->id));

	assert_redirect(p->bob, r, path_of(p->bob, p->id, ""));
	r = get(p->bob, path_of(p->bob, p->id, ""));
	assert_page(p->bob, r, 200);
	assert_has(r,
		   visit_path(p->bob, "name=\"unlike\" value=\"%lld\">Liked 1<", (long long)one));
	assert_has(r, visit_path(p->bob, "name=\"like\" value=\"%lld\">Like 0<", (long long)two));
	r = react(p->bob, "/comments/like", visit_path(p->bob, "unlike=%lld", (long long)one));
	assert_json(r, "{\"likes\":0,\"answer\":\"not liked\"}");
	r = react(p->bob, "/comments/like", visit_path(p->bob, "unlike=%lld", (long long)one));
	assert_json(r, "{\"likes\":0,\"answer\":\"not liked\"}");
	/* Nobody is led away from the site. */
	r = post_form(p->bob, "/comments/like",
		      visit_path(p->bob, "like=%lld&next=//evil.example/", (long long)one));
	assert_redirect(p->bob, r, path_of(p->bob, p->id, "#comments"));
}

static void what_cannot_be_liked_is_refused(void **state)
{
	struct post_of *p = *state;
	static const struct {
		const char *path, *fields;
		int status;
	} wrong[] = {
		{ "/comments/like", "", 422 },
		{ "/comments/like", "like=", 422 },
		{ "/comments/like", "like=x", 422 },
		{ "/comments/like", "like=-1", 422 },
		{ "/comments/like", "like=9223372036854775808", 422 },
		{ "/comments/like", "like=4611686018427387904", 404 },
		{ "/posts/4611686018427387904/vote", "", 404 },
		{ "/posts/4611686018427387904/like", "on=1", 404 },
	};
	static const char *const switches[] = { "", "on=", "on=2", "on=-1", "on=true", "on=1e0" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct reply r = post_form(p->bob, wrong[i].path, wrong[i].fields);

		assert_page(p->bob, r, wrong[i].status);
	}
	for (i = 0; i < ARRAY_LEN(switches); i++) {
		struct reply r = post_form(p->bob, path_of(p->bob, p->id, "/like"), switches[i]);

		assert_page(p->bob, r, 422);
	}
	assert_json(react(p->bob, path_of(p->bob, p->id, "/like"), "on=0"),
		    "{\"likes\":0,\"answer\":\"not liked\"}");
}

static void guests_are_sent_to_the_login(void **state)
{
	struct post_of *p = *state;
	struct browser *guest = visit_guest(site);
	struct reply r = get(guest, path_of(guest, p->id, ""));

	assert_page(guest, r, 200);
	assert_int_equal(page_count(page_by_id(r.body, "react"), "<form"), 0);
	assert_has(r, visit_path(guest, "/login?next=%%2Fposts%%2F%lld", (long long)p->id));
}

#define reaction_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	reaction_test(a_vote_counts_once),
	reaction_test(voting_ends_after_a_week),
	reaction_test(twenty_presses_of_one_are_one_vote),
	reaction_test(twenty_people_are_twenty_votes),
	reaction_test(votes_lift_a_post_in_the_hot_list),
	reaction_test(a_like_is_given_and_taken_back),
	reaction_test(likes_at_once_are_counted_right),
	reaction_test(comments_are_liked_one_by_one),
	reaction_test(what_cannot_be_liked_is_refused),
	reaction_test(guests_are_sent_to_the_login),
};

WEB_TEST_MAIN("post", "post", "post")
