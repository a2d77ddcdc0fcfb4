/* One-time paths: for a right answer, while the sale is open, to one person, for one sale, once. */
#include "unit/domain/market.h"

#include "domain/captcha.h"
#include "domain/sale_path.h"

struct form {
	struct str captcha, answer;
};

static int start(void **state)
{
	return forum_set_up(state);
}

/* The viewer's next captcha for this sale, and what is to be typed. */
static struct form open_form(struct ctx *c, int64_t sale)
{
	struct cache_reply *kept;
	struct form form;

	assert_int_equal(sale_captcha_new(c, sale, &form.captcha), OK);
	assert_int_equal(cache_run(c->cache, &kept,
				   CACHE_ARGS(STR("GET"), str_format(c->arena, "captcha:" STR_FMT,
								     STR_ARG(form.captcha)))),
			 OK);
	form.answer = str_slice(cache_text(kept), 0, 5);
	return form;
}

static err send(struct ctx *c, int64_t sale, const struct form *form, struct str *path)
{
	enum sale_refusal why;

	return sale_path_new(c, sale, form->captcha, form->answer, path, &why);
}

static struct str path_for(struct ctx *c, int64_t sale)
{
	struct form form = open_form(c, sale);
	struct str path = { 0 };

	assert_int_equal(send(c, sale, &form, &path), OK);
	assert_int_equal(path.n, 43);
	return path;
}

static bool take(struct ctx *c, int64_t sale, struct str path)
{
	struct cache_reply *reply = sale_path_want(c, sale, path);
	bool is_taken;

	assert_int_equal(cache_flush(c->cache), OK);
	is_taken = sale_path_take(c, sale, path, reply);
	assert_int_equal(cache_flush(c->cache), OK);
	return is_taken;
}

/* How many seconds it is kept; -1: for ever, -2: it is not there. */
static int64_t life_of(struct ctx *c, int64_t sale, struct str path)
{
	return market_number(c, CACHE_ARGS(STR("TTL"), sale_path_key(c->arena, sale, path)));
}

static void a_path_is_taken_once(void **state)
{
	struct fixture *f = *state;
	struct str path, again = { 0 };
	struct ctx *c = f->c;
	struct form form;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	forum_as(c, f->ann, ROLE_USER);
	form = open_form(c, sale);
	assert_int_equal(send(c, sale, &form, &path), OK);
	assert_true(life_of(c, sale, path) > 0 && life_of(c, sale, path) <= SALE_PATH_SECONDS);
	/* The form that made it, sent again: the same path, not a wrong answer. */
	assert_int_equal(send(c, sale, &form, &again), OK);
	assert_same(again, path);
	assert_true(take(c, sale, path));
	assert_false(take(c, sale, path));
	assert_true(life_of(c, sale, path) > 0);
	assert_int_equal(send(c, sale, &form, &again), OK);
	assert_same(again, path);
	assert_false(take(c, sale, path));
	/* Another captcha makes another one. */
	again = path_for(c, sale);
	assert_false(str_is(again, path));
	assert_true(take(c, sale, again));
}

static void a_path_is_of_one_person_and_one_sale(void **state)
{
	struct fixture *f = *state;
	struct str path, other = { 0 };
	struct form made, fresh;
	struct ctx *c = f->c;
	int64_t sale, second;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	second = market_sale(c, 5);
	forum_as(c, f->ann, ROLE_USER);
	made = open_form(c, sale);
	assert_int_equal(send(c, sale, &made, &path), OK);
	assert_int_equal(send(c, second, &made, &other), ERR_INVALID);
	fresh = open_form(c, sale);
	assert_int_equal(send(c, second, &fresh, &other), ERR_INVALID);
	fresh = open_form(c, sale);
	assert_false(take(c, second, path));
	forum_as(c, f->bob, ROLE_USER);
	assert_int_equal(send(c, sale, &made, &other), ERR_INVALID);
	assert_int_equal(send(c, sale, &fresh, &other), ERR_INVALID);
	assert_false(take(c, sale, path));
	forum_as(c, f->ann, ROLE_USER);
	assert_true(take(c, sale, path));
	forum_as(c, 0, ROLE_USER);
	assert_int_equal(send(c, sale, &made, &other), ERR_AUTH);
}

static void a_wrong_answer_makes_none(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct str path = { 0 };
	struct form form, wrong;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	forum_as(c, f->ann, ROLE_USER);
	form = open_form(c, sale);
	wrong = (struct form){ form.captcha, STR("-----") };
	assert_int_equal(send(c, sale, &wrong, &path), ERR_INVALID);
	/* And it was the only try. */
	assert_int_equal(send(c, sale, &form, &path), ERR_INVALID);
	assert_int_equal(path.n, 0);
}

static void expect_refusal(struct ctx *c, int64_t sale, enum sale_refusal wanted)
{
	struct form form = open_form(c, sale);
	enum sale_refusal why = SALE_NO_REFUSAL;
	struct str path = { 0 };

	assert_int_equal(sale_path_new(c, sale, form.captcha, form.answer, &path, &why),
			 ERR_CONFLICT);
	assert_int_equal(why, wanted);
	assert_int_equal(path.n, 0);
}

static void there_is_none_before_and_after(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	forum_as(c, f->ann, ROLE_USER);
	market_set(c, sale, "starts", clock_now() + CLOCK_MINUTE);
	expect_refusal(c, sale, SALE_REFUSED_EARLY);
	market_set(c, sale, "starts", clock_now());
	path_for(c, sale);
	market_set(c, sale, "ends", clock_now());
	expect_refusal(c, sale, SALE_REFUSED_LATE);
	market_set(c, sale, "ends", clock_now() + CLOCK_HOUR);
	path_for(c, sale);
	market_set(c, sale, "closed", 1);
	expect_refusal(c, sale, SALE_REFUSED_LATE);
}

static void there_is_none_while_the_sale_is_not_whole(void **state)
{
	static const char *const fields[] = { "starts", "ends" };
	struct fixture *f = *state;
	struct ctx *c = f->c;
	int64_t sale;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		sale = market_sale(c, 5);
		forum_as(c, f->ann, ROLE_USER);
		market_number(c, CACHE_ARGS(STR("HDEL"), sale_key(c->arena, sale),
					    str_from_c(fields[i])));
		expect_refusal(c, sale, SALE_REFUSED_AWAY);
	}
	market_number(c, CACHE_ARGS(STR("DEL"), sale_key(c->arena, sale)));
	expect_refusal(c, sale, SALE_REFUSED_AWAY);
	market_number(c, CACHE_ARGS(STR("RPUSH"), sale_key(c->arena, sale), 1));
	expect_refusal(c, sale, SALE_REFUSED_AWAY);
}

/* It went between the look and the press: nothing stays behind for ever. */
static void a_path_that_goes_meanwhile_stays_gone(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct cache_reply *reply;
	struct str path, key;
	int64_t sale;

	STORES_OR_SKIP();
	sale = market_sale(c, 5);
	forum_as(c, f->ann, ROLE_USER);
	path = path_for(c, sale);
	reply = sale_path_want(c, sale, path);
	assert_int_equal(cache_flush(c->cache), OK);
	market_number(c, CACHE_ARGS(STR("DEL"), sale_path_key(c->arena, sale, path)));
	assert_true(sale_path_take(c, sale, path, reply));
	assert_int_equal(cache_flush(c->cache), OK);
	assert_int_equal(life_of(c, sale, path), -2);
	/* What has not its form is none, whatever is kept under it. */
	key = sale_path_key(c->arena, sale, STR("x"));
	market_number(c, CACHE_ARGS(STR("SET"), key, f->ann));
	assert_false(take(c, sale, STR("x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(a_path_is_taken_once),
		people_test(a_path_is_of_one_person_and_one_sale),
		people_test(a_wrong_answer_makes_none),
		people_test(there_is_none_before_and_after),
		people_test(there_is_none_while_the_sale_is_not_whole),
		people_test(a_path_that_goes_meanwhile_stays_gone),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
