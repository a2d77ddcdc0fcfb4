/*
 * Whether the time an answer takes tells who is here: each form with what is known to the site and
 * with what is not, by turns.
 */
#include "web/proof.h"

#define TURNS 11 /* of each kind */
/*
 * Apart by this much, in parts and in all, each time, and the same kind always the slower one: what
 * else runs on the machine disturbs single comparisons, and both kinds alike.
 */
#define APART_TENTHS 14
#define APART_US 200
#define COMPARISONS 5

static const struct db_sql sql_pending =
	SQL("UPDATE user SET email = ?, email_folded = NULL, state = 0 WHERE user_id = ?");

static struct browser *reader;

static const char *nobody(void)
{
	return visit_path(reader, "n%.12s",
			  secret_hash(reader->arena, secret_token(reader->arena, 9)).p);
}

static const char *nobodys_email(void)
{
	return visit_path(reader, "%s@example.org", nobody());
}

/* Somebody new. Made also where nobody is asked for, so that both kinds begin from the same. */
static struct account somebody(bool is_known)
{
	struct account made = new_account(reader);
	struct account none = { 0, str_from_c(nobody()), str_from_c(nobodys_email()) };

	return is_known ? made : none;
}

static const char *login_fields(bool is_known)
{
	return visit_fields(reader, "login", somebody(is_known).name.p, "password",
			    "not the right one", NULL)
		.p;
}

static const char *login_email_fields(bool is_known)
{
	return visit_fields(reader, "login", somebody(is_known).email.p, "password",
			    "not the right one", NULL)
		.p;
}

static const char *forgotten_fields(bool is_known)
{
	return visit_fields(reader, "login", somebody(is_known).name.p, NULL).p;
}

static const char *forgotten_email_fields(bool is_known)
{
	return visit_fields(reader, "login", somebody(is_known).email.p, NULL).p;
}

static const char *again_fields(bool is_known)
{
	struct str waits = str_from_c(nobodys_email());

	visit_change(site, &sql_pending, DB_ARGS(waits, site_user(site, "w", ROLE_USER)));
	return visit_fields(reader, "email", is_known ? waits.p : nobodys_email(), NULL).p;
}

static const char *register_fields(bool is_known)
{
	return visit_fields(reader, "username", nobody(), "email", somebody(is_known).email.p,
			    "password", FRESH, NULL)
		.p;
}

static struct str any_number(void)
{
	return str_format(reader->arena, "137%04u%04u", secret_random_below(10000),
			  secret_random_below(10000));
}

static struct str number(bool is_known)
{
	struct str phone = any_number();

	visit_change(site, &sql_phone, DB_ARGS(phone, site_user(site, "t", ROLE_USER)));
	return is_known ? phone : any_number();
}

static const char *number_fields(bool is_known)
{
	return visit_fields(reader, "phone", number(is_known).p, NULL).p;
}

static const char *code_fields(bool is_known)
{
	assert_redirect(reader, ask_code(reader, number(is_known)), "/login/phone/code");
	return "code=000000";
}

/* Somebody with an address, who just proved who they are. */
static void log_reader_in(void)
{
	reader = visit_member(site, ROLE_USER);
	account_of(reader, visit_id(reader));
	assert_redirect(reader, confirm(reader, "password", SITE_PASSWORD), "/settings");
}

static const char *contact_fields(bool is_known)
{
	const char *email = somebody(is_known).email.p;

	log_reader_in();
	return visit_fields(reader, "value", email, NULL).p;
}

static const char *contact_number_fields(bool is_known)
{
	struct str phone = number(is_known);

	log_reader_in();
	return visit_fields(reader, "value", phone.p, NULL).p;
}

struct timed {
	const char *path;
	const char *(*fields)(bool is_known);
	int status;
};

/* All from addresses of their own, so that no limit is met. */
static int64_t time_of(const struct timed *f, bool is_known)
{
	struct str body;
	struct ask ask = { .path = f->path };
	struct reply r;
	const char *fields;
	int64_t start, took;

	reader = visit_guest(site);
	fields = f->fields(is_known);
	body = str_format(reader->arena, STR_FMT "&%s", STR_ARG(browser_token(reader)), fields);
	ask.body = body;
	start = clock_ticks_us();
	r = browser_ask(reader, &ask);
	took = clock_ticks_us() - start;
	assert_status(r, f->status);
	return took;
}

static void put_in_order(int64_t *took, size_t count, int64_t t)
{
	for (; count > 0 && took[count - 1] > t; count--)
		took[count] = took[count - 1];
	took[count] = t;
}

/* 1 when what is known takes longer, -1 when what is not does. */
static int slower(const struct timed *f)
{
	int64_t known[TURNS], unknown[TURNS], k, u;
	size_t i;

	for (i = 0; i < TURNS; i++) {
		put_in_order(known, i, time_of(f, true));
		put_in_order(unknown, i, time_of(f, false));
	}
	k = known[TURNS / 2];
	u = unknown[TURNS / 2];
	if (k - u > APART_US && k * 10 > u * APART_TENTHS)
		return 1;
	return u - k > APART_US && u * 10 > k * APART_TENTHS ? -1 : 0;
}

static void compare(const struct timed *f)
{
	int first = slower(f), i;

	for (i = 1; i < COMPARISONS; i++) {
		if (!first || slower(f) != first)
			return;
	}
	fail_msg("%s takes longer for what is %s", f->path, first > 0 ? "known" : "not known");
}

static void of_a_login(void **state)
{
	(void)state;
	compare(&(struct timed){ "/login", login_fields, 422 });
	compare(&(struct timed){ "/login", login_email_fields, 422 });
}

static void of_a_login_by_phone(void **state)
{
	(void)state;
	compare(&(struct timed){ "/login/phone", number_fields, 303 });
	compare(&(struct timed){ "/login/phone/code", code_fields, 422 });
}

static void of_a_forgotten_password(void **state)
{
	(void)state;
	compare(&(struct timed){ "/password/forgot", forgotten_fields, 303 });
	compare(&(struct timed){ "/password/forgot", forgotten_email_fields, 303 });
}

static void of_a_registration(void **state)
{
	(void)state;
	compare(&(struct timed){ "/register", register_fields, 303 });
	compare(&(struct timed){ "/activate/again", again_fields, 303 });
}

static void of_another_address_or_number(void **state)
{
	(void)state;
	compare(&(struct timed){ "/settings/email", contact_fields, 303 });
	compare(&(struct timed){ "/settings/phone", contact_number_fields, 303 });
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(of_a_login),
	cmocka_unit_test(of_a_login_by_phone),
	cmocka_unit_test(of_a_forgotten_password),
	cmocka_unit_test(of_a_registration),
	cmocka_unit_test(of_another_address_or_number),
};

/* Without the workers: what they send would be a load of its own beside the next answer. */
WEB_TEST_MAIN("account", "post")
