/* Sales in lists: in which order, and which of them workers still serve. */
#include "unit/domain/market.h"

static const struct db_sql sql_closed = SQL("UPDATE sale SET state = 2 WHERE sale_id = ?");

static const struct db_sql sql_closed_at =
	SQL("UPDATE sale SET state = 2, closed_at = ? WHERE sale_id = ?");

static int start(void **state)
{
	return forum_set_up(state);
}

static size_t place_of(const struct sale_list *list, int64_t id)
{
	size_t i = 0;

	while (i < list->count && list->items[i].id != id)
		i++;
	return i;
}

static int64_t ended_at(struct ctx *c, int64_t at)
{
	static const struct db_sql sql = SQL("UPDATE sale SET ends_at = ? WHERE sale_id = ?");
	int64_t id = market_sale(c, 1);

	assert_int_equal(db_exec(c->db, NULL, &sql, DB_ARGS(at, id)), OK);
	return id;
}

/* Open ones by their end, those to come by their start, the others newest first. */
static void each_part_of_the_list_has_its_order(void **state)
{
	struct fixture *f = *state;
	struct sale_list list, newest;
	struct ctx *c = f->c;
	int64_t ids[7];
	size_t i;

	STORES_OR_SKIP();
	ids[1] = market_sale_at(c, 1, -2 * CLOCK_MINUTE, 2 * CLOCK_HOUR);
	ids[0] = market_sale_at(c, 1, -CLOCK_MINUTE, CLOCK_HOUR);
	ids[3] = market_sale_at(c, 1, 2 * CLOCK_HOUR, CLOCK_DAY);
	ids[2] = market_sale_at(c, 1, CLOCK_HOUR, CLOCK_DAY);
	ids[5] = ended_at(c, c->now - 2 * CLOCK_MINUTE);
	ids[4] = ended_at(c, c->now - CLOCK_MINUTE);
	/* Closed before all of them, though it was to go on for longer. */
	ids[6] = market_sale_at(c, 1, -CLOCK_DAY, 300 * CLOCK_DAY);
	assert_int_equal(db_exec(c->db, NULL, &sql_closed_at,
				 DB_ARGS(c->now - 3 * CLOCK_MINUTE, ids[6])),
			 OK);
	assert_int_equal(sale_listed(c, 199, &list), OK);
	for (i = 0; i + 1 < ARRAY_LEN(ids); i++)
		assert_true(place_of(&list, ids[i]) < place_of(&list, ids[i + 1]));
	assert_true(place_of(&list, ids[6]) < list.count);
	/* A page of the administrators' goes on after the one before. */
	assert_int_equal(sale_newest(c, ids[5], 200, &newest), OK);
	assert_int_equal(place_of(&newest, ids[5]), newest.count);
	assert_true(place_of(&newest, ids[2]) < newest.count);
}

/* Whoever was let in before it was closed, or ended, is served; a week later nobody waits. */
static void what_is_closed_or_ended_is_live(void **state)
{
	struct fixture *f = *state;
	int64_t closed, ended, old, draft;
	struct sale_list live;
	struct ctx *c = f->c;

	STORES_OR_SKIP();
	closed = market_sale(c, 1);
	assert_int_equal(db_exec(c->db, NULL, &sql_closed, DB_ARGS(closed)), OK);
	ended = ended_at(c, c->now - SALE_KEEP_MS + 1);
	old = ended_at(c, c->now - SALE_KEEP_MS);
	draft = market_draft(c, 1, 0, CLOCK_HOUR);
	assert_int_equal(sale_live(c, &live), OK);
	assert_true(place_of(&live, closed) < live.count);
	assert_true(place_of(&live, ended) < live.count);
	assert_int_equal(place_of(&live, old), live.count);
	assert_int_equal(place_of(&live, draft), live.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		people_test(each_part_of_the_list_has_its_order),
		people_test(what_is_closed_or_ended_is_live),
	};

	return cmocka_run_group_tests(tests, start, stores_tear_down);
}
