/* What must not be there: programs that start others or roll dice, stores without a door, paths out
 * of a folder. */
#include "web/web.h"

#include "base/num.h"

static const struct db_sql sql_hash = SQL("SELECT password_hash FROM user WHERE user_id = ?");
static const struct db_sql sql_file = SQL("SELECT COUNT(LOAD_FILE('/etc/passwd'))");
static const struct db_sql sql_users = SQL("SELECT COUNT(*) FROM mysql.user");

/* A program's undefined symbols, one a line. */
static struct str imports(struct arena *a, const char *program)
{
	const char *bin = getenv("PLAZA_BIN");
	struct str line = str_format(a, "nm -D --undefined-only %s/%s",
				     bin ? bin : "build/asan/bin", program);
	FILE *f = popen(line.p, "r"); /* NOLINT: a test's own words */
	struct str all = STR("\n");
	char text[512];

	while (f && fgets(text, sizeof(text), f)) {
		struct str name = str_trim(str_from_c(text));

		while (str_find_byte(name, ' ') >= 0)
			name = str_slice(name, (size_t)str_find_byte(name, ' ') + 1, name.n);
		if (str_find_byte(name, '@') >= 0)
			name = str_slice(name, 0, (size_t)str_find_byte(name, '@'));
		all = str_format(a, STR_FMT STR_FMT "\n", STR_ARG(all), STR_ARG(name));
	}
	assert_true(f && pclose(f) == 0);
	return all;
}

static void programs_import_nothing_dangerous(void **state)
{
	static const char *const programs[] = { "post",  "account", "site",    "social",     "sale",
						"admin", "relay",   "persist", "compensator" };
	static const char *const never[] = {
		"system",      "popen",        "execl",    "execve",   "execvp",    "execlp",
		"posix_spawn", "posix_spawnp", "fork",     "vfork",    "dlopen",    "gets",
		"strcpy",      "strcat",       "sprintf",  "vsprintf", "strtok",    "mktemp",
		"tmpnam",      "rand",         "srand",    "random",   "srandom",   "drand48",
		"lrand48",     "MD5",          "MD5_Init", "SHA1",     "SHA1_Init", "DES_set_key",
		"crypt",       "EVP_md5",      "EVP_sha1",
	};
	struct arena *a = arena_new(65536);
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(programs); i++) {
		struct str all = imports(a, programs[i]);

		assert_true(str_find(all, STR("\nmemcpy\n")) >= 0);
		for (k = 0; k < ARRAY_LEN(never); k++) {
			if (str_find(all, str_format(a, "\n%s\n", never[k])) >= 0)
				fail_msg("%s imports %s", programs[i], never[k]);
		}
	}
	arena_free(a);
}

/* libgd brings fifty libraries with it: a megabyte of memory for each process, and decoders of
 * every format. */
static void only_who_draws_loads_the_means(void **state)
{
	static const char *const programs[] = {
		"post", "social", "site",    "admin",       "relay",
		"mail", "sms",    "persist", "compensator", "orders"
	};
	struct arena *a = arena_new(65536);
	size_t i;

	(void)state;
	assert_true(str_find(imports(a, "picture"), STR("\ngdImageDestroy\n")) >= 0);
	for (i = 0; i < ARRAY_LEN(programs); i++) {
		if (str_find(imports(a, programs[i]), STR("\ngdImage")) >= 0)
			fail_msg("%s loads libgd", programs[i]);
	}
	arena_free(a);
}

static void stores_ask_who_is_there(void **state)
{
	struct config wrong = *site_config(site);
	struct arena *a = arena_new(4096);
	struct cache_reply *reply;
	struct cache *cache;
	struct db *db;
	struct mq *mq;

	(void)state;
	wrong.db.password = STR("");
	wrong.redis.password = STR("");
	wrong.mq.password = STR("guest");
	wrong.mq.user = STR("guest");
	db = db_new(&wrong);
	cache = cache_new(&wrong);
	mq = mq_new(&wrong);
	cache_start_request(cache, a);
	assert_int_equal(db_ping(db), ERR_UNAVAILABLE);
	assert_true(cache_run(cache, &reply, CACHE_ARGS(STR("GET"), STR("x"))) ||
		    cache_is_error(reply));
	assert_int_equal(mq_declare(mq), ERR_UNAVAILABLE);
	db_free(db);
	cache_free(cache);
	mq_free(mq);
	arena_free(a);
}

/* A hole in a page would still not open files or other people's databases. */
static void the_programs_account_may_little(void **state)
{
	static const char *const commands[] = { "FLUSHALL", "SHUTDOWN", "DEBUG", "CONFIG" };
	struct ctx *c = site_ctx(site);
	struct cache_reply *reply;
	struct db_rows *rows;
	size_t i;
	err e;

	(void)state;
	assert_true(db_query(c->db, c->arena, &rows, &sql_users, DB_NO_ARGS) != OK);
	e = db_query(c->db, c->arena, &rows, &sql_file, DB_NO_ARGS);
	assert_true(e || (db_next(rows) && db_int(rows, 0) == 0));
	for (i = 0; i < ARRAY_LEN(commands); i++) {
		e = cache_run(c->cache, &reply,
			      CACHE_ARGS(str_from_c(commands[i]), STR("GET"), STR("*")));
		assert_true(e || cache_is_error(reply));
	}
}

static void passwords_are_hashed_well(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *other = visit_member(site, ROLE_USER);
	struct str hash = visit_text(site, b->arena, &sql_hash, DB_ARGS(visit_id(b)));
	struct str part = { 0 };
	struct str rest = hash;
	int64_t memory, passes;

	(void)state;
	assert_true(str_starts(hash, STR("$argon2id$v=19$m=")));
	rest = str_slice(hash, 17, hash.n);
	str_split(&rest, ',', &part);
	assert_true(num_parse_i64(part, 19456, INT32_MAX, &memory));
	str_split(&rest, ',', &part);
	assert_true(num_parse_i64(str_slice(part, 2, part.n), 2, 100, &passes));
	/* The same password, and nothing to see of that. */
	assert_false(str_is(hash, visit_text(site, b->arena, &sql_hash, DB_ARGS(visit_id(other)))));
}

static void no_path_leads_out_of_its_folder(void **state)
{
	static const char *const paths[] = {
		"/dev/outbox/..%2F..%2Fetc%2Fpasswd",
		"/dev/outbox/../../../etc/passwd",
		"/dev/outbox/..",
		"/dev/outbox/.",
		"/dev/outbox/%2e%2e%2fplaza.conf",
		"/dev/outbox/.hidden",
		"/dev/outbox/x%00.eml",
		"/captcha/..%2F..%2Fx.png",
		"/captcha/../login",
		"/avatars/..%2F1.svg",
		"/avatars/1.svg%2F..",
		"/avatars/-1.svg",
		"/activate/..%2F..%2Flogin",
		"/posts/1%2F..%2F2",
		"/.git/config",
		"/.env",
		"/templates/layout.html",
		"/plaza.conf",
		"/cgi-bin/post",
		"//",
		"/posts/",
		"/posts//1",
		"/posts/1/",
		"/./posts/1",
		"/index.php",
		"/administrator",
	};
	struct browser *b = visit_guest(site);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		struct reply r = get(b, paths[i]);

		if (r.status != 404)
			fail_msg("%s: %d", paths[i], r.status);
		assert_has_not(r, "root:");
	}
}

/* One line for each, with who and from where. */
static void what_was_denied_is_in_the_log(void **state)
{
	struct browser *b = visit_member(site, ROLE_USER);
	struct browser *guest = visit_guest(site);
	const char *who = visit_path(b, "user=%lld address=%s", (long long)visit_id(b), b->address);
	struct str log;

	(void)state;
	browser_ask(b, &(struct ask){ .path = "/posts", .body = STR("title=x&body=y") });
	post_form(b, "/posts/1/pin", "on=1");
	browser_ask(b,
		    &(struct ask){ .path = "/posts",
				   .body = STR("title=x&body=y"),
				   .extra = (const char *const[]){ "HTTP_ORIGIN",
								   "https://evil.example", NULL },
				   .is_foreign = true });
	log = site_log(site, b->arena, "post");
	assert_int_equal(page_count(log, visit_path(b, "denied why=token %s", who)), 1);
	assert_int_equal(page_count(log, visit_path(b, "denied why=role %s", who)), 1);
	assert_int_equal(page_count(log, visit_path(b, "denied why=origin %s", who)), 1);
	post_form(guest, "/login",
		  visit_path(b, "login=x%x&password=wrong+password",
			     secret_random_below(UINT32_MAX)));
	log = site_log(site, b->arena, "account");
	assert_true(page_count(log, visit_path(b, "a wrong password, user=0 from %s",
					       guest->address)) == 1);
}

/* The number of the request leads from the page to the log. */
static void an_error_page_names_its_request(void **state)
{
	static const char *const id[] = { "REQUEST_ID", "0123456789abcdef0123456789abcdef", NULL };
	struct browser *b = visit_guest(site);
	struct reply r =
		browser_ask(b, &(struct ask){ .path = "/posts/4611686018427387904", .extra = id });
	struct str wanted = str_format(b->arena, "request=%s GET /posts/", id[1]);

	(void)state;
	assert_page(b, r, 404);
	assert_has(r, id[1]);
	assert_true(str_find(site_log_whole(site, b->arena, "post"), wanted) >= 0);
}

static void password_managers_find_their_way(void **state)
{
	struct browser *b = visit_guest(site);
	struct reply r = get(b, "/login");

	(void)state;
	assert_has(r, "autocomplete=\"username\"");
	assert_has(r, "autocomplete=\"current-password\"");
	r = get(b, "/register");
	assert_has(r, "autocomplete=\"username\"");
	assert_has(r, "autocomplete=\"email\"");
	assert_has(r, "autocomplete=\"new-password\"");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(programs_import_nothing_dangerous),
	cmocka_unit_test(only_who_draws_loads_the_means),
	cmocka_unit_test(stores_ask_who_is_there),
	cmocka_unit_test(the_programs_account_may_little),
	cmocka_unit_test(passwords_are_hashed_well),
	cmocka_unit_test(no_path_leads_out_of_its_folder),
	cmocka_unit_test(what_was_denied_is_in_the_log),
	cmocka_unit_test(an_error_page_names_its_request),
	cmocka_unit_test(password_managers_find_their_way),
};

WEB_TEST_MAIN("post", "account", "site", "social", "admin", "sale")
