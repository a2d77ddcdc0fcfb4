/*
 * MariaDB, Redis and RabbitMQ each stopped, killed and frozen in turn: what can go on goes on, what
 * cannot says so on a page of our own, nothing is half-done, nobody waits long, and all is well
 * again as soon as the store is back.
 */
#include "fault/fault.h"

#include "web/cookie.h"

struct site *site;

static struct browser *ann, *bob, *guest;
static int64_t post, comment;

static const struct db_sql sql_posts = SQL("SELECT COUNT(*) FROM post WHERE title = ?");
static const struct db_sql sql_votes =
	SQL("SELECT COUNT(*) FROM post_vote WHERE post_id = ? AND user_id = ?");

enum how { STOPPED, KILLED, FROZEN };

/* What is broken now; for a test that failed half-way. */
static struct {
	const char *store;
	enum how how;
} broken;

static void break_store(const char *store, enum how how)
{
	broken.store = store;
	broken.how = how;
	if (how == STOPPED)
		site_store_stop(site, store);
	else
		site_store_signal(site, store, how == KILLED ? SIGKILL : SIGSTOP);
}

static void mend_store(const char *store, enum how how)
{
	broken.store = NULL;
	if (how == FROZEN)
		site_store_signal(site, store, SIGCONT);
	else
		site_store_start(site, store);
}

static int mend_what_is_broken(void **state)
{
	(void)state;
	if (!broken.store)
		return 0;
	mend_store(broken.store, broken.how);
	usleep(1000000);
	return 0;
}

static const char *post_path(const char *more)
{
	return visit_path(ann, "/posts/%lld%s", (long long)post, more);
}

/* Addresses for everybody. */
static const char *const *reading(void)
{
	static const char *paths[12];
	size_t n = 0;

	paths[n++] = "/";
	paths[n++] = "/?sort=new";
	paths[n++] = "/?sort=featured";
	paths[n++] = post_path("");
	paths[n++] = post_path("?comments=new");
	paths[n++] = post_path("/history");
	paths[n++] = post_path("/feed.atom");
	paths[n++] = visit_path(ann, "/comments/%lld", (long long)comment);
	paths[n++] = visit_path(ann, "/users/%lld", (long long)visit_id(ann));
	paths[n++] = "/feed.atom";
	paths[n++] = "/sitemap.xml";
	paths[n] = NULL;
	return paths;
}

/* What somebody who is logged in may send, and a guest. */
static const struct {
	const char *path, *fields;
	bool is_guests;
} writing[] = {
	{ "/posts", "title=Written+in+bad+times&body=text", false },
	{ "/comments", "body=said+in+bad+times", false },
	{ "/vote", "", false },
	{ "/like", "on=1", false },
	{ "/edit", "title=x&body=y&version=1", false },
	{ "/login", "login=nobody&password=a+wrong+password", true },
};

static const char *writing_path(size_t i)
{
	if (strcmp(writing[i].path, "/posts") == 0 || writing[i].is_guests)
		return writing[i].path;
	return post_path(writing[i].path);
}

static bool is_article(const char *path)
{
	size_t n = strlen(post_path(""));

	return strncmp(path, post_path(""), n) == 0 && path[n] != '/';
}

/* What went wrong is for the log. */
static void check_discreet(struct reply r)
{
	static const char *const words[] = { "SELECT", "ysql", "aria",  "edis", "socket",
					     "/run/",  ".c:",  "errno", "rror " };
	size_t i;

	r.body = page_text(ann->arena, page_by_id(r.body, "main"));
	for (i = 0; i < ARRAY_LEN(words); i++)
		assert_has_not(r, words[i]);
}

/* Twice: the first request finds out, the second must not wait again. */
static void read_all(struct browser *b, int status)
{
	const char *const *paths;
	int round;

	for (round = 0; round < 2; round++) {
		for (paths = reading(); *paths; paths++) {
			struct reply r = ask_in_time(b, .path = *paths);

			/* What an article shows is kept in Redis for a moment, too. */
			if (r.status != status && !(r.status == 200 && is_article(*paths)))
				fail_msg("%s: %d", *paths, r.status);
			if (str_starts(reply_header(b, &r, "Content-Type"), STR("text/html")))
				assert_page(b, r, r.status);
			if (r.status == 503)
				check_discreet(r);
		}
	}
}

/* Every form says 503 on our own page, keeps what was typed, and is good to be sent again. */
static void refuse_all(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(writing); i++) {
		struct browser *b = writing[i].is_guests ? guest : bob;
		struct str body = fault_form(b, writing[i].fields);
		struct reply r = ask_in_time(b, .path = writing_path(i), .body = body);

		assert_page(b, r, 503);
		assert_shows(b, r, "Back in a moment");
		assert_text(reply_header(b, &r, "Retry-After"), "2");
		if (i)
			continue;
		assert_text(page_value(b->arena, r.body, "title"), "Written in bad times");
		assert_text(page_value(b->arena, r.body, "body"), "text");
	}
}

static bool is_well(void *context)
{
	struct reply r = ask_in_time(bob, .path = "/posts/new");

	(void)context;
	return r.status == 200;
}

/* From the return of the store to a page that needs it, and to a form that does. */
static void recover(const char *store, enum how how, struct str form)
{
	struct reply r;

	mend_store(store, how);
	fault_wait(is_well, NULL, RECOVERY_MS);
	r = ask_in_time(bob, .path = "/posts", .body = form);
	assert_status(r, 303);
	/* It may have been worked on before: it works once. */
	r = ask_in_time(bob, .path = "/posts", .body = form);
	assert_status(r, 303);
	fault_wait(fault_is_connected, NULL, RECOVERY_MS);
	read_all(bob, 200);
	assert_has(get(bob, "/about"), visit_name(site, bob).p);
}

/* A title nobody else uses, and its form. */
static struct str unique_form(struct str *title)
{
	*title = str_format(bob->arena, "After %s", secret_token(bob->arena, 9).p);
	return fault_form(bob, visit_path(bob, "title=" STR_FMT "&body=it+works",
					  STR_ARG(visit_encode(bob->arena, *title))));
}

static void without_mariadb(enum how how)
{
	struct str title;
	struct str form = unique_form(&title);
	struct str before = visit_sum(site, ann->arena);
	struct reply r;

	break_store("mariadb", how);
	usleep(1100000); /* what a process remembers of pages is a second old at most */
	r = ask_in_time(bob, .path = "/posts", .body = form);
	assert_page(bob, r, 503);
	read_all(guest, 503);
	assert_page(guest, ask_in_time(guest, .path = "/about"), 200);
	assert_page(guest, ask_in_time(guest, .path = "/login"), 200);
	assert_status(ask_in_time(guest, .path = "/healthz"), 200);
	assert_status(ask_in_time(guest, .path = "/readyz"), 503);
	mend_store("mariadb", how);
	fault_wait(is_well, NULL, RECOVERY_MS);
	fault_wait(fault_is_connected, NULL, RECOVERY_MS);
	assert_same(visit_sum(site, ann->arena), before);
	break_store("mariadb", how);
	r = ask_in_time(bob, .path = post_path("/comments"), .body = fault_form(bob, "body=x"));
	assert_page(bob, r, 503);
	recover("mariadb", how, form);
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(title)), 1);
}

static void without_redis(enum how how)
{
	struct str title;
	struct str form = unique_form(&title);
	struct str before = visit_sum(site, ann->arena);
	struct reply r;

	break_store("redis", how);
	read_all(guest, 200);
	/* Nobody knows who bob is: he reads as a guest, and stays logged in. */
	read_all(bob, 200);
	r = ask_in_time(bob, .path = post_path(""));
	assert_shows(bob, r, "Votes and likes rest for a moment.");
	assert_text(reply_header(bob, &r, "Cache-Control"), "private, no-store");
	assert_page(bob, ask_in_time(bob, .path = "/posts/new"), 503);
	assert_true(browser_cookie(bob, COOKIE_SESSION_NAME).n > 0);
	refuse_all();
	assert_same(visit_sum(site, ann->arena), before);
	recover("redis", how, form);
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(title)), 1);
}

static bool is_vote_stored(void *context)
{
	const int64_t *who = context;

	return visit_number(site, &sql_votes, DB_ARGS(who[0], who[1])) == 1;
}

static void without_rabbitmq(enum how how)
{
	struct str title;
	struct str form = unique_form(&title);
	struct browser *eve = visit_member(site, ROLE_USER);
	int64_t other = visit_publish(ann, "To be voted for", "in bad times");
	int64_t who[] = { other, visit_id(eve) };
	struct reply r;

	break_store("rabbitmq", how);
	read_all(guest, 200);
	read_all(bob, 200);
	/* Nothing a reader sees needs it: everything is done, and what has to travel waits. */
	r = ask_in_time(eve, .path = visit_path(eve, "/posts/%lld/vote", (long long)other),
			.body = fault_form(eve, ""));
	assert_status(r, 303);
	r = ask_in_time(guest, .path = "/register",
			.body = fault_form(guest,
					   visit_path(guest,
						      "username=bad%08x&email=bad%%40example.org"
						      "&password=zqxj+kvbn+wpty",
						      secret_random_below(UINT32_MAX))));
	assert_redirect(guest, r, "/register/done");
	assert_page(guest, ask_in_time(guest, .path = "/login"), 200);
	assert_int_equal(visit_number(site, &sql_votes, DB_ARGS(who[0], who[1])), 0);
	recover("rabbitmq", how, form);
	assert_int_equal(visit_number(site, &sql_posts, DB_ARGS(title)), 1);
	fault_wait(is_vote_stored, who, 30000);
}

#define outage(store, how, name) \
	static void name(void **state) \
	{ \
		(void)state; \
		visit_forgive(site, bob); \
		without_##store(how); \
	}

outage(mariadb, STOPPED, mariadb_stopped) outage(mariadb, KILLED, mariadb_killed)
	outage(mariadb, FROZEN, mariadb_frozen) outage(redis, STOPPED, redis_stopped)
		outage(redis, KILLED, redis_killed) outage(redis, FROZEN, redis_frozen)
			outage(rabbitmq, STOPPED, rabbitmq_stopped)
				outage(rabbitmq, KILLED, rabbitmq_killed)
					outage(rabbitmq, FROZEN, rabbitmq_frozen)

						static int start(void **state)
{
	(void)state;
	fault_start((const char *const[]){ "post", "account", "site", "social", NULL },
		    (const char *const[]){ "relay", "persist", "mail", NULL });
	ann = visit_member(site, ROLE_USER);
	bob = visit_member(site, ROLE_USER);
	guest = visit_guest(site);
	post = visit_publish(ann, "Read in bad times", "still there");
	comment = visit_comment(ann, post, 0, "so is this");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	visit_end();
	site_stop(site);
	return 0;
}

#define fault_test(f) cmocka_unit_test_teardown(f, mend_what_is_broken)

int main(void)
{
	static const struct CMUnitTest brief[] = {
		fault_test(mariadb_killed),
		fault_test(redis_frozen),
		fault_test(rabbitmq_stopped),
	};
	static const struct CMUnitTest all[] = {
		fault_test(mariadb_stopped),  fault_test(mariadb_killed),
		fault_test(mariadb_frozen),   fault_test(redis_stopped),
		fault_test(redis_killed),     fault_test(redis_frozen),
		fault_test(rabbitmq_stopped), fault_test(rabbitmq_killed),
		fault_test(rabbitmq_frozen),
	};

	if (fault_is_long())
		return cmocka_run_group_tests(all, start, stop);
	return cmocka_run_group_tests(brief, start, stop);
}
