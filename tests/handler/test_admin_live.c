/* The live page of a sale, with the stores replaced: what Redis says, and what is shown when it
 * says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "admin/sale_pages.h"
#include "domain/sale_gate.h"
#include "domain/sale_order.h"
#include "support/fake_req.h"

static struct {
	struct sale sale;
	struct sale_live_numbers numbers;
	err live;
} fake;

err __wrap_sale_find_any(struct ctx *c, int64_t id, struct sale *out);
err __wrap_sale_live_read(struct ctx *c, int64_t sale_id, struct sale_live_numbers *out);
err __wrap_sale_order_count(struct ctx *c, int64_t sale_id, struct sale_order_counts *out);

err __wrap_sale_find_any(struct ctx *c, int64_t id, struct sale *out)
{
	*out = fake.sale;
	out->id = id;
	out->starts_at = c->now - 1000;
	out->ends_at = c->now + 3600000;
	return OK;
}

err __wrap_sale_live_read(struct ctx *c, int64_t sale_id, struct sale_live_numbers *out)
{
	(void)c;
	assert_int_equal(sale_id, 7);
	*out = fake.numbers;
	return fake.live;
}

err __wrap_sale_order_count(struct ctx *c, int64_t sale_id, struct sale_order_counts *out)
{
	(void)c;
	(void)sale_id;
	out->in_state[ORDER_UNPAID] = 11;
	out->in_state[ORDER_PAID] = 12;
	out->in_state[ORDER_EXPIRED] = 13;
	out->in_state[ORDER_REFUNDING] = 1;
	out->holding = 23;
	return OK;
}

static int fill(void **state)
{
	(void)state;
	fake.live = OK;
	fake.sale = (struct sale){ .goods = { .name = STR("A <kite>") },
				   .units = 100,
				   .stock = 77,
				   .state = SALE_PUBLISHED };
	fake.numbers = (struct sale_live_numbers){ .is_loaded = true,
						   .stock = 73,
						   .queued = 4,
						   .asked = 5120,
						   .taken = 5103,
						   .refused = 4999,
						   .stream = 2 };
	fake.numbers.rate.items[0] = 30;
	fake.numbers.rate.items[119] = 8;
	return 0;
}

static struct fake_req *show(void)
{
	struct fake_req *f = fake_req_open((const char *[]){ "HTTP_ACCEPT_LANGUAGE=en", NULL }, "");

	fake_req_member(f, 3, "ann", ROLE_ADMIN);
	f->req->language = TEXT_EN;
	f->req->id = 7;
	assert_int_equal(sale_live_page(f->req), OK);
	assert_int_equal(f->req->out.status, 200);
	return f;
}

static void assert_figure(const struct fake_req *f, const char *name, const char *value)
{
	struct str wanted = str_format(f->req->ctx.arena, "<dt>%s</dt><dd>%s</dd>", name, value);

	if (!fake_req_has(f, wanted.p))
		fail_msg("no %s", wanted.p);
}

static void all_numbers_are_there(void **state)
{
	struct fake_req *f = show();

	(void)state;
	assert_figure(f, "on offer", "100");
	assert_figure(f, "sold", "23");
	assert_figure(f, "left in Redis", "73");
	assert_figure(f, "left in SQL", "77");
	assert_figure(f, "queued", "4");
	assert_figure(f, "in all", "5120");
	assert_figure(f, "taken", "5103");
	assert_figure(f, "refused in the queue", "4999");
	assert_figure(f, "not with RabbitMQ yet", "2");
	assert_figure(f, "in a second", "8");
	assert_figure(f, "in all", "37");
	assert_figure(f, "unpaid", "11");
	assert_figure(f, "paid", "12");
	assert_figure(f, "cancelled or closed", "13");
	assert_figure(f, "refunds", "1");
	assert_true(fake_req_has(f, "A &lt;kite&gt;"));
	/* 77 - 4 is 73: nothing is apart. */
	assert_false(fake_req_has(f, "The reconciler"));
	fake_req_close(f);
}

static void the_chart_is_a_drawing_with_words_and_numbers(void **state)
{
	struct fake_req *f = show();

	(void)state;
	assert_true(fake_req_has(f, "viewBox=\"0 0 120 1000\""));
	assert_true(fake_req_has(f, "<path class=\"steps\" d=\"M0 250H1V1000H119V800H120\"/>"));
	assert_true(fake_req_has(f, "38 requests in all, at most 30 in one second."));
	assert_true(fake_req_has(f, "<th scope=\"row\">120 – 110</th><td class=\"right\">30</td>"));
	assert_true(fake_req_has(f, "<th scope=\"row\">10 – 0</th><td class=\"right\">8</td>"));
	assert_false(fake_req_has(f, " style="));
	fake_req_close(f);
}

static void differences_are_said(void **state)
{
	struct fake_req *f;

	(void)state;
	fake.numbers.stock = 70;
	f = show();
	assert_true(fake_req_has(f, "The reconciler"));
	fake_req_close(f);
}

static void without_redis_it_shows_what_sql_has(void **state)
{
	struct fake_req *f;

	(void)state;
	fake.live = ERR_UNAVAILABLE;
	f = show();
	assert_true(fake_req_has(f, "Redis does not answer"));
	assert_figure(f, "left in Redis", "–");
	assert_figure(f, "left in SQL", "77");
	assert_false(fake_req_has(f, "The reconciler"));
	fake_req_close(f);
}

static void a_gate_that_is_away_is_said(void **state)
{
	struct fake_req *f;

	(void)state;
	fake.numbers = (struct sale_live_numbers){ .stock = -1 };
	f = show();
	assert_true(fake_req_has(f, "The gate is not loaded into Redis"));
	assert_figure(f, "left in Redis", "–");
	fake_req_close(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(all_numbers_are_there, fill),
	cmocka_unit_test_setup(the_chart_is_a_drawing_with_words_and_numbers, fill),
	cmocka_unit_test_setup(differences_are_said, fill),
	cmocka_unit_test_setup(without_redis_it_shows_what_sql_has, fill),
	cmocka_unit_test_setup(a_gate_that_is_away_is_said, fill),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
