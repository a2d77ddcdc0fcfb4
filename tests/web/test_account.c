/* From a stranger to a member: registering, the mail, the link, and what must not work. */
#include "web/web.h"

#include <dirent.h>

#include "base/buf.h"
#include "base/clock.h"
#include "support/running.h"

static const struct db_sql sql_state = SQL("SELECT state FROM user WHERE username = ?");
static const struct db_sql sql_user = SQL("SELECT COUNT(*) FROM user WHERE username_folded = ?");
static const struct db_sql sql_hash = SQL("SELECT password_hash FROM user WHERE username = ?");
static const struct db_sql sql_expire =
	SQL("UPDATE email_token t JOIN user u ON u.user_id = t.user_id SET t.expires_at = 1"
	    " WHERE u.username = ?");
static const struct db_sql sql_spread =
	SQL("SELECT COUNT(*) FROM outbox WHERE payload LIKE CONCAT('%', ?, '%')");

#define MAIL_WAIT_MS WAIT_MOST_MS

/* A name nobody has, of letters and digits. */
static const char *new_name(struct browser *b)
{
	return visit_path(b, "n%08x%04x", (unsigned)clock_now(), secret_random_below(65536));
}

static const char *address_of(struct browser *b, const char *name)
{
	return visit_path(b, "%s@example.org", name);
}

static struct reply register_as(struct browser *b, const char *name, const char *email,
				const char *password)
{
	return post_form(
		b, "/register",
		visit_fields(b, "username", name, "email", email, "password", password, NULL).p);
}

static struct reply log_in(struct browser *b, const char *login, const char *password)
{
	return post_form(b, "/login",
			 visit_fields(b, "login", login, "password", password, NULL).p);
}

/* A mail to this address with these words in it, or nothing. */
static struct str find_mail(struct browser *b, const char *to, const char *words)
{
	struct str folder = site_config(site)->mail.outbox_dir;
	struct str wanted = str_format(b->arena, "To: <%s>", to);
	struct str found = { 0 };
	DIR *d = opendir(folder.p);
	struct dirent *entry;

	while (d && (entry = readdir(d)) != NULL) {
		struct str mail =
			running_read_file(b->arena, visit_path(b, STR_FMT "/%s", STR_ARG(folder),
							       entry->d_name));

		if (entry->d_name[0] != '.' && str_find(mail, wanted) >= 0 &&
		    str_find(mail, str_from_c(words)) >= 0)
			found = mail;
	}
	if (d)
		closedir(d);
	return found;
}

static struct str wait_for_words(struct browser *b, const char *to, const char *words)
{
	int64_t until = clock_ticks() + MAIL_WAIT_MS;
	struct str mail = { 0 };

	while (!mail.n && clock_ticks() < until) {
		usleep(50000);
		mail = find_mail(b, to, words);
	}
	if (!mail.n)
		fail_msg("no mail to %s came", to);
	return mail;
}

static struct str wait_for_mail(struct browser *b, const char *to)
{
	return wait_for_words(b, to, "/activate/");
}

/* The path of the link in a mail. */
static const char *link_in(struct browser *b, struct str mail)
{
	struct str url =
		str_format(b->arena, STR_FMT "/activate/", STR_ARG(site_config(site)->site.url));
	ptrdiff_t at = str_find(mail, url);
	size_t n = url.n;

	assert_true(at > 0);
	mail = str_slice(mail, (size_t)at, mail.n);
	while (n < mail.n && (unsigned char)mail.p[n] > ' ')
		n++;
	return str_copy(b->arena, str_slice(mail, url.n - 10, n)).p;
}

static void a_stranger_becomes_a_member(void **state)
{
	struct browser *b = visit_guest(site);
	const char *name = new_name(b);
	struct reply r = get(b, "/register");
	const char *link;

	(void)state;
	assert_page(b, r, 200);
	r = register_as(b, name, address_of(b, name), SITE_PASSWORD);
	assert_redirect(b, r, "/register/done");
	r = get(b, "/register/done");
	assert_page(b, r, 200);
	assert_shows(b, r, "Look into your mail");
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(str_from_c(name))), 0);
	/* Not yet. */
	r = log_in(b, name, SITE_PASSWORD);
	assert_page(b, r, 422);
	assert_shows(b, r, "This account waits for its activation");
	assert_has(r, "/activate/again");
	/* An address is not said to wait: that would say whether it is somebody else's. */
	r = log_in(b, address_of(b, name), SITE_PASSWORD);
	assert_page(b, r, 422);
	assert_shows(b, r, "do not belong together");
	assert_has(r, "/activate/again");
	link = link_in(b, wait_for_mail(b, address_of(b, name)));
	/* Mail scanners follow links: that alone does nothing. */
	r = get(b, link);
	assert_page(b, r, 200);
	assert_shows(b, r, name);
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(str_from_c(name))), 0);
	r = post_form(b, link, "");
	assert_redirect(b, r, "/login");
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(str_from_c(name))), 1);
	/* A second press is no mistake. */
	assert_status(post_form(b, link, ""), 303);
	r = log_in(b, name, SITE_PASSWORD);
	assert_redirect(b, r, "/");
	r = get(b, "/posts/new");
	assert_page(b, r, 200);
	assert_has(r, name);
}

static void a_link_that_ended_is_good_for_nothing(void **state)
{
	struct browser *b = visit_guest(site);
	const char *name = new_name(b);
	const char *link;

	(void)state;
	assert_status(register_as(b, name, address_of(b, name), SITE_PASSWORD), 303);
	link = link_in(b, wait_for_mail(b, address_of(b, name)));
	visit_change(site, &sql_expire, DB_ARGS(str_from_c(name)));
	assert_page(b, get(b, link), 404);
	assert_page(b, post_form(b, link, ""), 404);
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(str_from_c(name))), 0);
	assert_page(b, get(b, "/activate/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), 404);
	assert_page(b, get(b, "/activate/short"), 404);
	/* The way on: a new link, asked for by the address; the answer never tells who is here. */
	assert_page(b, get(b, "/activate/again"), 200);
	assert_redirect(b,
			post_form(b, "/activate/again",
				  visit_fields(b, "email", address_of(b, name), NULL).p),
			"/register/done");
	assert_redirect(b, post_form(b, "/activate/again", "email=nobody%40example.org"),
			"/register/done");
	assert_page(b, post_form(b, "/activate/again", "email=nonsense"), 422);
}

static void a_name_is_taken_however_it_is_written(void **state)
{
	struct browser *b = visit_guest(site);
	const char *name = new_name(b);
	struct str upper = str_copy(b->arena, str_from_c(name));
	const char *wide;
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < upper.n; i++)
		((char *)(uintptr_t)upper.p)[i] =
			(char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32 : name[i]);
	wide = visit_path(b, "\xEF\xBD\x8E%s", name + 1); /* U+FF4E, a wide n */
	assert_status(register_as(b, name, address_of(b, name), SITE_PASSWORD), 303);
	r = register_as(b, upper.p, "other@example.org", SITE_PASSWORD);
	assert_page(b, r, 422);
	assert_true(str_find(page_description(b->arena, r.body, "username"),
			     STR("This name is taken.")) >= 0);
	assert_same(page_value(b->arena, r.body, "username"), upper);
	assert_text(page_value(b->arena, r.body, "email"), "other@example.org");
	r = register_as(b, wide, "other@example.org", SITE_PASSWORD);
	assert_page(b, r, 422);
	assert_int_equal(visit_number(site, &sql_user, DB_ARGS(str_from_c(name))), 1);
}

static void an_address_in_use_is_not_told(void **state)
{
	struct browser *b = visit_guest(site);
	const char *owner = new_name(b);
	const char *thief = visit_path(b, "%sx", new_name(b));
	struct str mail;

	(void)state;
	assert_status(register_as(b, owner, address_of(b, owner), SITE_PASSWORD), 303);
	mail = wait_for_mail(b, address_of(b, owner));
	assert_status(post_form(b, link_in(b, mail), ""), 303);
	assert_redirect(b, register_as(b, thief, address_of(b, owner), SITE_PASSWORD),
			"/register/done");
	/* Its owner is told; the other account can never be used. */
	wait_for_words(b, address_of(b, owner), "already");
	assert_page(b, log_in(b, thief, SITE_PASSWORD), 422);
	assert_int_equal(visit_number(site, &sql_state, DB_ARGS(str_from_c(thief))), 0);
}

static void passwords_of_any_letters_and_good_length(void **state)
{
	static const struct {
		const char *password;
		int status;
	} cases[] = {
		{ "correct hor", 422 },  /* eleven */
		{ "zqxjkvbnwpty", 303 }, /* twelve, all of one kind */
		{ "password1234", 422 }, /* everybody's */
		{ "qwertyuiop12", 422 },
		{ "密码😀 e\xCC\x81 ü ñ 字 ß", 303 },
		{ "  leading and trailing  ", 303 },
	};
	struct browser *b = visit_guest(site);
	struct reply r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const char *name = new_name(b);

		r = register_as(b, name, address_of(b, name), cases[i].password);
		if (r.status != cases[i].status)
			print_error("%s\n", cases[i].password);
		assert_status(r, cases[i].status);
		if (r.status == 422) {
			assert_true(page_description(b->arena, r.body, "password").n > 60);
			assert_int_equal(visit_number(site, &sql_user, DB_ARGS(str_from_c(name))),
					 0);
			continue;
		}
		/* Right, so that the account's waiting is told; and nearly right. */
		r = log_in(b, name, cases[i].password);
		assert_shows(b, r, "This account waits for its activation");
		r = log_in(b, name, visit_path(b, "%s.", cases[i].password));
		assert_shows(b, r, "do not belong together");
		assert_true(
			str_starts(visit_text(site, b->arena, &sql_hash, DB_ARGS(str_from_c(name))),
				   STR("$argon2id$v=19$m=")));
	}
}

/* Characters, not bytes; none is cut off. */
static void long_passwords_count_to_the_end(void **state)
{
	struct browser *b = visit_guest(site);
	const size_t lengths[] = { 64, 128, 129 };
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(lengths); i++) {
		const char *name = new_name(b);
		struct buf password;
		struct reply r;

		buf_init(&password, b->arena, 600);
		for (k = 0; k < lengths[i]; k++)
			buf_add(&password, k % 7 ? k % 3 ? STR("z") : STR("字") : STR("😀"));
		r = register_as(b, name, address_of(b, name), password.p);
		assert_status(r, lengths[i] > 128 ? 422 : 303);
		if (lengths[i] > 128)
			continue;
		assert_shows(b, log_in(b, name, password.p), "This account waits");
		/* Without its last character, which is of one, three or four bytes. */
		while ((password.p[password.n - 1] & 0xC0) == 0x80)
			buf_cut(&password, password.n - 1);
		buf_cut(&password, password.n - 1);
		r = log_in(b, name, password.p);
		assert_page(b, r, 422);
		assert_has_not(r, "This account waits");
	}
}

static void no_secret_lies_about(void **state)
{
	struct browser *b = visit_guest(site);
	const char *name = new_name(b);
	const char *password = "marked secret 8c1f";
	const char *token;
	struct str mail, log;

	(void)state;
	assert_status(register_as(b, name, address_of(b, name), password), 303);
	mail = wait_for_mail(b, address_of(b, name));
	token = strrchr(link_in(b, mail), '/') + 1;
	assert_true(str_find(mail, str_from_c(password)) < 0);
	assert_int_equal(visit_number(site, &sql_spread, DB_ARGS(str_from_c(token))), 0);
	assert_int_equal(visit_number(site, &sql_spread, DB_ARGS(str_from_c(name))), 0);
	log_in(b, name, password);
	log_in(b, name, "marked secret 9d20");
	get(b, visit_path(b, "/activate/%s", token));
	get(b, visit_path(b, "/activate/%s.", token));
	log = site_log_whole(site, b->arena, "account");
	assert_true(str_find(log, STR("GET /activate/... 404")) >= 0);
	assert_true(str_find(log, str_from_c(token)) < 0);
	assert_true(str_find(log, STR("marked")) < 0);
	assert_true(str_find(site_log_whole(site, b->arena, "mail"), str_from_c(token)) < 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_stranger_becomes_a_member),
	cmocka_unit_test(a_link_that_ended_is_good_for_nothing),
	cmocka_unit_test(a_name_is_taken_however_it_is_written),
	cmocka_unit_test(an_address_in_use_is_not_told),
	cmocka_unit_test(passwords_of_any_letters_and_good_length),
	cmocka_unit_test(long_passwords_count_to_the_end),
	cmocka_unit_test(no_secret_lies_about),
};

struct site *site;

static int start(void **state)
{
	(void)state;
	site = site_start((const char *const[]){ "account", "post", NULL });
	site_start_worker(site, "mail");
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
	return cmocka_run_group_tests(tests, start, stop);
}
