/* Mails: what they say, that no header can be forged, and that each event is handled once. */
#include "unit/domain/account.h"

#include <sodium.h>

#include "base/num.h"
#include "domain/consumed.h"
#include "domain/leaving.h"
#include "domain/mail.h"
#include "domain/user_token.h"
#include "html/text.h"

static const struct db_sql sql_last_payload = SQL(
	"SELECT payload FROM outbox WHERE topic = 'mail.requested' ORDER BY event_id DESC LIMIT 1");
static const struct db_sql sql_last_due =
	SQL("SELECT next_try_at FROM outbox ORDER BY event_id DESC LIMIT 1");
static const struct db_sql sql_id_of = SQL("SELECT user_id FROM user WHERE username_folded = ?");

static const struct db_sql sql_zone = SQL("UPDATE user SET zone = ? WHERE user_id = ?");
static const struct db_sql sql_due = SQL("UPDATE leaving SET due_at = ? WHERE user_id = ?");

static struct str last_payload(struct ctx *c)
{
	struct db_rows *rows;

	assert_int_equal(db_query(c->db, c->arena, &rows, &sql_last_payload, DB_NO_ARGS), OK);
	assert_true(db_next(rows));
	return db_str(rows, 0);
}

static int64_t registered(struct ctx *c, struct str name, int language)
{
	struct registration r = { name, account_email(c, name), STR(PASSWORD), language };

	assert_int_equal(user_register(c, &r, forum_form(c)), OK);
	return forum_number(c, &sql_id_of, DB_ARGS(name));
}

/* What follows "/activate/" in a text. */
static struct str token_in(struct str text)
{
	ptrdiff_t at = str_find(text, STR("/activate/"));

	assert_true(at >= 0);
	return str_slice(text, (size_t)at + 10, (size_t)at + 10 + 43);
}

static void the_activation_mail_holds_a_link_that_works(void **state)
{
	struct ctx *c = *state;
	struct str name, payload;
	struct mail m;
	struct user u;
	int64_t id;

	STORES_OR_SKIP();
	name = account_name(c);
	id = registered(c, name, TEXT_EN);
	payload = last_payload(c);
	/* neither the address nor a token is in the event */
	assert_int_equal(str_find(payload, STR("@")), -1);
	assert_in_range(payload.n, 20, 120);
	assert_int_equal(mail_build(c, payload, &m), OK);
	assert_same(m.to, account_email(c, name));
	assert_true(str_find(m.text, name) >= 0);
	assert_true(str_find(m.text, c->config->site.url) >= 0);
	assert_int_equal(user_activate(c, token_in(m.text), &u), OK);
	assert_int_equal(u.id, id);
	/* nothing is left to activate */
	assert_int_equal(mail_build(c, payload, &m), ERR_NOT_FOUND);
}

static void the_mail_is_in_the_readers_language(void **state)
{
	struct ctx *c = *state;
	struct mail m;

	STORES_OR_SKIP();
	registered(c, account_name(c), TEXT_ZH);
	assert_int_equal(mail_build(c, last_payload(c), &m), OK);
	assert_true(str_find(m.subject, STR("激活")) >= 0);
	registered(c, account_name(c), TEXT_EN);
	assert_int_equal(mail_build(c, last_payload(c), &m), OK);
	assert_true(str_find(m.subject, STR("Activate")) >= 0);
}

static void the_owner_of_an_address_is_told(void **state)
{
	struct ctx *c = *state;
	struct registration r = { .password = STR(PASSWORD), .language = TEXT_EN };
	struct user owner;
	struct mail m;

	STORES_OR_SKIP();
	owner = account_new(c);
	r.username = account_name(c);
	r.email = owner.email;
	assert_int_equal(user_register(c, &r, forum_form(c)), OK);
	assert_int_equal(mail_build(c, last_payload(c), &m), OK);
	assert_same(m.to, owner.email);
	assert_true(str_find(m.text, owner.name) >= 0);
	assert_int_equal(str_find(m.text, STR("/activate/")), -1);
	/* a stranger's chosen name is not in a mail to somebody else */
	assert_int_equal(str_find(m.text, r.username), -1);
}

/* At one o'clock in the morning where the site is, and at noon of the day before in New York:
 * "before that day" must not be too late. */
static void the_last_day_is_one_of_the_readers_calendar(void **state)
{
	static const int64_t due = INT64_C(1769792400000); /* 2026-01-30 17:00 UTC */
	struct ctx *c = *state;
	struct user me;
	struct mail m;

	STORES_OR_SKIP();
	me = account_new(c);
	forum_as(c, me.id, ROLE_USER);
	assert_int_equal(clock_set_zone(STR("Asia/Shanghai")), OK);
	assert_int_equal(leaving_ask(c, LEAVING_KEEP, TEXT_EN), OK);
	assert_int_equal(db_exec(c->db, NULL, &sql_due, DB_ARGS(due, me.id)), OK);
	assert_int_equal(mail_build(c, last_payload(c), &m), OK);
	assert_true(str_find(m.text, STR("deleted on 2026-01-31")) >= 0);
	assert_int_equal(db_exec(c->db, NULL, &sql_zone, DB_ARGS(STR("America/New_York"), me.id)),
			 OK);
	assert_int_equal(mail_build(c, last_payload(c), &m), OK);
	assert_true(str_find(m.text, STR("deleted on 2026-01-30")) >= 0);
}

static void what_is_no_order_is_invalid(void **state)
{
	static const char *const wrong[] = {
		"",
		"{}",
		"[]",
		"null",
		"7",
		"\"x\"",
		"{\"kind\":\"activation\"}",
		"{\"kind\":\"other\",\"user\":\"7\",\"language\":0,\"tries\":0}",
		"{\"kind\":\"activation\",\"user\":7.5,\"language\":0,\"tries\":0}",
		"{\"kind\":\"activation\",\"user\":\"-7\",\"language\":0,\"tries\":0}",
		"{\"kind\":\"activation\",\"user\":\"7\",\"language\":9,\"tries\":0}",
		"{\"kind\":\"activation\",\"user\":\"7\",\"language\":\"0\",\"tries\":0}",
		"{\"kind\":\"activation\",\"user\":\"7\",\"language\":0,\"tries\":-1}",
		"{\"kind\":\"activation\",\"user\":\"7\",\"language\":0,\"tries\":0",
		"{\"kind\":[[[[[[[[[[]]]]]]]]]],\"user\":\"7\",\"language\":0,\"tries\":0}",
		"{\"kind\":null,\"user\":null,\"language\":null,\"tries\":null}",
	};
	struct ctx *c = *state;
	struct mail m;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		if (mail_build(c, str_from_c(wrong[i]), &m) != ERR_INVALID)
			fail_msg("taken: %s", wrong[i]);
	assert_int_equal(mail_build(c,
				    STR("{\"kind\":\"activation\",\"user\":\"7\",\"language\":0,"
					"\"tries\":0}"),
				    &m),
			 ERR_NOT_FOUND);
}

static void an_event_is_handled_once(void **state)
{
	struct ctx *c = *state;
	struct str id;
	bool was_sent = true;

	STORES_OR_SKIP();
	id = num_text(c->arena, c->now);
	assert_int_equal(mail_was_sent(c, id, &was_sent), OK);
	assert_false(was_sent);
	assert_int_equal(mail_mark_sent(c, id), OK);
	assert_int_equal(mail_mark_sent(c, id), OK);
	assert_int_equal(mail_was_sent(c, id, &was_sent), OK);
	assert_true(was_sent);
}

static void a_mail_is_put_off_ever_longer_and_then_given_up(void **state)
{
	struct ctx *c = *state;
	struct str payload, id;
	int64_t wait = 10 * CLOCK_MINUTE;
	bool was_sent;
	int i;

	STORES_OR_SKIP();
	registered(c, account_name(c), TEXT_ZH);
	for (i = 0; i < MAIL_TRIES; i++, wait *= 2) {
		payload = last_payload(c);
		id = str_format(c->arena, "%lld%d", (long long)c->now, i);
		assert_int_equal(mail_put_off(c, id, payload), OK);
		assert_int_equal(mail_was_sent(c, id, &was_sent), OK);
		assert_true(was_sent);
		assert_int_equal(forum_number(c, &sql_last_due, DB_NO_ARGS), c->now + wait);
	}
	assert_int_equal(mail_put_off(c, STR("1"), last_payload(c)), ERR_INVALID);
}

static struct config config_of(const char *name)
{
	struct config config = { 0 };

	config.site.name = str_from_c(name);
	config.site.url = STR("https://forum.example.org:8443");
	config.mail.from = STR("no-reply@example.org");
	return config;
}

static struct str formatted(struct arena *a, const char *site, const char *subject,
			    enum mail_encoding encoding)
{
	static struct config config;
	struct mail m = { STR("reader@example.org"), str_from_c(subject), STR("line 1\n行 2\n") };
	struct ctx c = { .arena = a, .config = &config, .now = INT64_C(1769846709000) };

	config = config_of(site);
	return mail_format(&c, &m, STR("42"), encoding);
}

static void a_mail_in_ascii_is_plain(void **state)
{
	assert_text(formatted(*state, "Plaza", "Hello there", MAIL_8BIT),
		    "Date: Sat, 31 Jan 2026 08:05:09 +0000\r\n"
		    "From: Plaza <no-reply@example.org>\r\n"
		    "To: <reader@example.org>\r\n"
		    "Subject: Hello there\r\n"
		    "Message-ID: <42@forum.example.org>\r\n"
		    "Auto-Submitted: auto-generated\r\n"
		    "MIME-Version: 1.0\r\n"
		    "Content-Type: text/plain; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: 8bit\r\n"
		    "\r\n"
		    "line 1\r\n行 2\r\n");
}

static void base64_holds_the_same_text(void **state)
{
	struct str mail = formatted(*state, "Plaza", "Hello", MAIL_BASE64);
	ptrdiff_t body = str_find(mail, STR("\r\n\r\n"));
	unsigned char text[64];
	size_t n;

	assert_true(body > 0);
	assert_int_equal(sodium_base642bin(text, sizeof(text), mail.p + body + 4,
					   mail.n - (size_t)body - 4, "\r\n", &n, NULL,
					   sodium_base64_VARIANT_ORIGINAL),
			 0);
	assert_text(((struct str){ (char *)text, n }), "line 1\r\n行 2\r\n");
}

/* All lines of the head within 78 characters, folded between encoded words. */
static void check_head(struct str mail)
{
	struct str rest = str_slice(mail, 0, (size_t)str_find(mail, STR("\r\n\r\n"))), line;

	while (str_split(&rest, '\n', &line)) {
		size_t i;

		assert_in_range(line.n, 1, 79);
		for (i = 0; i < line.n; i++)
			assert_true((unsigned char)line.p[i] < 0x7f);
	}
}

static void other_scripts_become_encoded_words(void **state)
{
	struct str mail = formatted(*state, "广场",
				    "一个很长的标题，长到一行放不下：一二三四五六七八九十一二三四五"
				    "六七八九十 🙂",
				    MAIL_8BIT);

	check_head(mail);
	assert_true(str_find(mail, STR("From: =?UTF-8?B?5bm/5Zy6?= <no-reply@example.org>\r\n")) >=
		    0);
	assert_true(str_find(mail, STR("Subject: =?UTF-8?B?")) >= 0);
	assert_true(str_find(mail, STR("?=\r\n =?UTF-8?B?")) >= 0);
}

static void headers_cannot_be_forged(void **state)
{
	static const char *const evil[] = {
		"x\r\nBcc: victim@example.org",
		"x\nBcc: victim@example.org",
		"x\r\n\r\nbody",
		"\r\n.\r\n",
		"=?UTF-8?B?eA==?=",
		"\"quoted\" <a@b.cn>",
		"tab\there",
		"del\x7f",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(evil); i++) {
		struct str mail = formatted(*state, evil[i], evil[i], MAIL_8BIT);

		check_head(mail);
		assert_int_equal(str_find(mail, STR("\nBcc")), -1);
		assert_true(str_find(mail, STR("\r\nMessage-ID: <42@")) > 0);
		assert_true(str_ends(mail, STR("\r\n\r\nline 1\r\n行 2\r\n")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		account_test(the_activation_mail_holds_a_link_that_works),
		account_test(the_mail_is_in_the_readers_language),
		account_test(the_owner_of_an_address_is_told),
		account_test(the_last_day_is_one_of_the_readers_calendar),
		account_test(what_is_no_order_is_invalid),
		account_test(an_event_is_handled_once),
		account_test(a_mail_is_put_off_ever_longer_and_then_given_up),
		arena_test(a_mail_in_ascii_is_plain),
		arena_test(base64_holds_the_same_text),
		arena_test(other_scripts_become_encoded_words),
		arena_test(headers_cannot_be_forged),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
