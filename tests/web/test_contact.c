/* Another address or number: both ends confirm, and nobody learns who has which. */
#include "web/proof.h"

#include "domain/user_token.h"

static const struct db_sql sql_email_of = SQL("SELECT email_folded FROM user WHERE user_id = ?");
static const struct db_sql sql_phone_of = SQL("SELECT phone FROM user WHERE user_id = ?");

static struct str email_of(struct browser *b, int64_t id)
{
	return visit_text(site, b->arena, &sql_email_of, DB_ARGS(id));
}

static struct str phone_of(struct browser *b, int64_t id)
{
	return visit_text(site, b->arena, &sql_phone_of, DB_ARGS(id));
}

static struct str new_email(struct browser *b)
{
	return str_format(b->arena, "new%.12s@example.org",
			  secret_hash(b->arena, secret_token(b->arena, 9)).p);
}

static struct reply ask(struct browser *b, const char *page, struct str value, const char *other)
{
	return post_form(b, page, visit_fields(b, "value", value.p, "other", other, NULL).p);
}

static struct reply type(struct browser *b, const char *new_code, const char *old_code)
{
	return post_form(b, "/settings/contact",
			 visit_fields(b, "new_code", new_code, "old_code", old_code, NULL).p);
}

/* Somebody with an address, who just proved who they are. */
static struct browser *somebody(struct account *a)
{
	struct browser *b = visit_member(site, ROLE_USER);

	*a = account_of(b, visit_id(b));
	assert_redirect(b, confirm(b, "password", SITE_PASSWORD), "/settings");
	return b;
}

static void an_address_changes_when_both_ends_say_so(void **state)
{
	struct account a;
	struct browser *b = somebody(&a);
	const char *link = new_link(b, a);
	struct str fresh = new_email(b), upper, new_code, old_code;
	struct reply r;

	(void)state;
	upper = str_format(b->arena, "NEW" STR_FMT, STR_ARG(str_slice(fresh, 3, fresh.n)));
	assert_page(b, get(b, "/settings/email"), 200);
	assert_redirect(b, ask(b, "/settings/email", upper, ""), "/settings/contact");
	assert_page(b, get(b, "/settings/contact"), 200);
	new_code = wait_for_code(b, upper, 1);
	old_code = wait_for_code(b, a.email, 1);
	r = type(b, other_than(b, new_code), old_code.p);
	assert_page(b, r, 422);
	assert_page(b, type(b, new_code.p, other_than(b, old_code)), 422);
	assert_page(b, type(b, new_code.p, ""), 422);
	assert_page(b, type(b, old_code.p, new_code.p), 422);
	assert_same(email_of(b, a.id), a.email);
	assert_redirect(b, type(b, new_code.p, old_code.p), "/settings");
	assert_same(email_of(b, a.id),
		    str_format(b->arena, "new" STR_FMT, STR_ARG(str_slice(upper, 3, upper.n))));
	/* Once. */
	assert_redirect(b, type(b, new_code.p, old_code.p), "/settings");
	/* The old end hears of it, and its links are void. */
	wait_for_mail(b, a.email, "e-mail address of your account was changed");
	assert_page(b, get(b, link), 404);
	a.name = upper;
	assert_redirect(b, log_in(visit_guest(site), a, SITE_PASSWORD), "/");
}

/* The same answers until the address itself was proved; only then is it said whose it is. */
static void nobody_learns_whose_an_address_is(void **state)
{
	struct account a, taken;
	struct browser *b = somebody(&a), *c = somebody(&taken),
		       *d = somebody(&(struct account){ 0 });
	struct str fresh = new_email(b);
	struct reply x, y;

	(void)state;
	(void)c;
	x = ask(b, "/settings/email", taken.email, "");
	y = ask(d, "/settings/email", fresh, "");
	assert_int_equal(x.status, y.status);
	assert_same(reply_header(b, &x, "Location"), reply_header(d, &y, "Location"));
	x = type(b, "000000", "000000");
	y = type(d, "000000", "000000");
	assert_int_equal(x.status, y.status);
	assert_int_equal(x.status, 422);
	x = type(b, wait_for_code(b, taken.email, 1).p, wait_for_code(b, a.email, 1).p);
	assert_page(b, x, 409);
	assert_has(x, "Another account has this address.");
	assert_same(email_of(b, a.id), a.email);
	assert_same(email_of(b, taken.id), taken.email);
}

static void a_phone_is_added_and_then_lets_in(void **state)
{
	struct account a;
	struct browser *b = somebody(&a), *other = visit_guest(site);
	struct str phone = new_phone(b), code;

	(void)state;
	assert_page(b, get(b, "/settings/phone"), 200);
	assert_page(b, ask(b, "/settings/phone", STR("12345"), ""), 422);
	assert_redirect(b, ask(b, "/settings/phone", phone, ""), "/settings/contact");
	code = wait_for_code(b, phone, 1);
	assert_redirect(b, type(b, code.p, ""), "/settings");
	assert_same(phone_of(b, a.id), phone);
	wait_for_mail(b, a.email, "phone number of your account was changed");
	assert_page(b, ask(b, "/settings/phone", phone, ""), 422);
	forget_codes(phone);
	assert_redirect(other, ask_code(other, phone), "/login/phone/code");
	/* The code that added it is none to log in with. */
	assert_status(type_code(other, code.p), 422);
	assert_redirect(other, type_code(other, wait_for_code(other, phone, 2).p), "/");
	assert_int_equal(visit_id(other), a.id);
}

/* Neither the new number alone nor the old one alone; and no code that was sent to the other end.
 */
static void a_number_changes_when_both_ends_say_so(void **state)
{
	struct account a;
	struct browser *b = somebody(&a);
	struct str old = new_phone(b), phone = new_phone(b), new_code, old_code;

	(void)state;
	visit_change(site, &sql_phone, DB_ARGS(old, a.id));
	assert_redirect(b, ask(b, "/settings/phone", phone, ""), "/settings/contact");
	new_code = wait_for_code(b, phone, 1);
	old_code = wait_for_code(b, old, 1);
	assert_page(b, type(b, new_code.p, ""), 422);
	assert_page(b, type(b, new_code.p, other_than(b, old_code)), 422);
	assert_page(b, type(b, "", old_code.p), 422);
	assert_page(b, type(b, old_code.p, new_code.p), 422);
	assert_same(phone_of(b, a.id), old);
	assert_redirect(b, type(b, new_code.p, old_code.p), "/settings");
	assert_same(phone_of(b, a.id), phone);
	wait_for_mail(b, a.email, "phone number of your account was changed");
}

/* Who has lost the old number has the second code sent to the address instead. */
static void a_lost_number_can_be_replaced(void **state)
{
	struct account a;
	struct browser *b = somebody(&a);
	struct str lost = new_phone(b), phone = new_phone(b), code;

	(void)state;
	visit_change(site, &sql_phone, DB_ARGS(lost, a.id));
	assert_has(get(b, "/settings/phone"), "name=\"other\"");
	assert_redirect(b, ask(b, "/settings/phone", phone, "1"), "/settings/contact");
	assert_int_equal(count_codes(b, lost, &code), 0);
	assert_redirect(b, type(b, wait_for_code(b, phone, 1).p, wait_for_code(b, a.email, 1).p),
			"/settings");
	assert_same(phone_of(b, a.id), phone);
	assert_int_equal(count_codes(b, lost, &code), 0);
}

static void who_came_by_phone_adds_an_address(void **state)
{
	struct str phone, email, code;
	struct browser *b;
	int64_t id;

	(void)state;
	b = phone_member(&phone);
	id = visit_id(b);
	email = new_email(b);
	assert_status(get(b, "/settings/email"), 303);
	forget_codes(phone);
	assert_status(post_form(b, "/settings/confirm/code", ""), 303);
	assert_redirect(b, confirm(b, "code", wait_for_code(b, phone, 2).p), "/settings");
	assert_redirect(b, ask(b, "/settings/email", email, ""), "/settings/contact");
	code = wait_for_code(b, email, 1);
	assert_redirect(b, type(b, code.p, ""), "/settings");
	assert_true(email_of(b, id).n > 0);
	/* Told at the end there was. */
	wait_for_mail(b, phone, "e-mail address of your account was changed");
}

/* A code asked for by another session, or for another person, confirms nothing here. */
static void codes_of_others_confirm_nothing(void **state)
{
	struct account a, x;
	struct browser *b = somebody(&a), *thief = somebody(&x);
	struct str fresh = new_email(b), mine, code;

	(void)state;
	mine = new_email(b);
	assert_redirect(thief, type(thief, "123456", "123456"), "/settings");
	assert_redirect(b, ask(b, "/settings/email", fresh, ""), "/settings/contact");
	code = wait_for_code(b, fresh, 1);
	forget_address(thief);
	assert_redirect(thief, ask(thief, "/settings/email", mine, ""), "/settings/contact");
	wait_for_code(thief, mine, 1);
	assert_status(type(thief, code.p, wait_for_code(b, a.email, 1).p), 422);
	assert_same(email_of(b, x.id), x.email);
}

/*
 * Begun with the code of an address that is not the account's any more when it ends: whoever reads
 * that one has no say now. Nor is anything added without the word of what was added meanwhile.
 */
static void what_was_begun_before_another_change_is_void(void **state)
{
	struct account a;
	struct browser *b = somebody(&a), *other = visit_again(site, a.id);
	struct str late = new_email(b), moved = new_email(b), old_code;

	(void)state;
	visit_prove(site, other);
	assert_redirect(other, ask(other, "/settings/email", late, ""), "/settings/contact");
	old_code = wait_for_code(b, a.email, 1);
	forget_codes(a.email);
	assert_redirect(b, ask(b, "/settings/email", moved, ""), "/settings/contact");
	assert_redirect(b, type(b, wait_for_code(b, moved, 1).p, wait_for_code(b, a.email, 2).p),
			"/settings");
	assert_same(email_of(b, a.id), moved);
	assert_redirect(other, type(other, wait_for_code(b, late, 1).p, old_code.p), "/settings");
	assert_same(email_of(b, a.id), moved);
	/* It is over: nothing is asked for any more. */
	assert_redirect(other, get(other, "/settings/contact"), "/settings");
}

/* A first number needs no old one's word; the second one of two needs the first one's. */
static void of_two_first_numbers_one_is_taken(void **state)
{
	struct account a;
	struct browser *b = somebody(&a), *other = visit_again(site, a.id);
	struct str late = new_phone(b), phone = new_phone(b);

	(void)state;
	visit_prove(site, other);
	assert_redirect(other, ask(other, "/settings/phone", late, ""), "/settings/contact");
	assert_redirect(b, ask(b, "/settings/phone", phone, ""), "/settings/contact");
	assert_redirect(b, type(b, wait_for_code(b, phone, 1).p, ""), "/settings");
	assert_redirect(other, type(other, wait_for_code(b, late, 1).p, ""), "/settings");
	assert_same(phone_of(b, a.id), phone);
}

/* The proof ran out while the codes were typed: one is asked again, and they are not kept in clear.
 */
static void codes_are_not_kept_beside_their_hashes(void **state)
{
	struct account a;
	struct browser *b = somebody(&a);
	struct reply r;

	(void)state;
	assert_redirect(b, ask(b, "/settings/email", new_email(b), ""), "/settings/contact");
	visit_prove_long_ago(site, b);
	r = type(b, "271828", "314159");
	assert_status(r, 303);
	assert_true(str_starts(reply_header(b, &r, "Location"), STR("/settings/confirm?next=")));
	assert_int_equal(str_find(reply_header(b, &r, "Location"), STR("held=")), -1);
	r = ask(b, "/settings/email", STR("kept@example.org"), "");
	assert_true(str_find(reply_header(b, &r, "Location"), STR("held=")) > 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_address_changes_when_both_ends_say_so),
	cmocka_unit_test(nobody_learns_whose_an_address_is),
	cmocka_unit_test(a_phone_is_added_and_then_lets_in),
	cmocka_unit_test(a_number_changes_when_both_ends_say_so),
	cmocka_unit_test(a_lost_number_can_be_replaced),
	cmocka_unit_test(who_came_by_phone_adds_an_address),
	cmocka_unit_test(codes_of_others_confirm_nothing),
	cmocka_unit_test(what_was_begun_before_another_change_is_void),
	cmocka_unit_test(of_two_first_numbers_one_is_taken),
	cmocka_unit_test(codes_are_not_kept_beside_their_hashes),
};

int main(void)
{
	return cmocka_run_group_tests(tests, proof_start, password_stop);
}
