/* Our own programs killed and restarted, and everything together. */
#include <signal.h>

#include "base/clock.h"
#include "fault/sale/scenario.h"

#define ROUNDS 12

static void hit(const char *program, int signal)
{
	size_t i = chance_below((uint32_t)stack_processes(program));

	stack_signal(program, i, signal);
	stack_replace(program, i);
}

static void hit_often(const char *program, int64_t ms)
{
	int64_t until = clock_ticks() + ms;

	while (clock_ticks() < until) {
		hit(program, chance_below(4) ? SIGKILL : SIGTERM);
		sleep_ms(chance_below(250));
	}
}

static void orders_killed(struct proof_sale *s)
{
	(void)s;
	hit_often("orders", harm_ms(1200, 5000));
}

static void relay_killed(struct proof_sale *s)
{
	(void)s;
	hit_often("relay sales", harm_ms(1200, 5000));
}

static void sale_killed(struct proof_sale *s)
{
	(void)s;
	hit_often("sale", harm_ms(1200, 5000));
}

static void all_killed(struct proof_sale *s)
{
	int64_t until = clock_ticks() + harm_ms(1500, 6000);

	(void)s;
	while (clock_ticks() < until) {
		hit(stack_programs[chance_below((uint32_t)stack_program_count)], SIGKILL);
		sleep_ms(chance_below(150));
	}
}

static void restart_store(const char *store)
{
	if (chance_below(2))
		site_store_signal(proof_site, store, SIGKILL);
	else
		site_store_stop(proof_site, store);
	sleep_ms(chance_below(500));
	site_store_start(proof_site, store);
}

static void restart_everything(struct proof_sale *s)
{
	static const char *const stores[] = { "mariadb", "redis", "rabbitmq" };
	int i;

	(void)s;
	for (i = 0; i < ROUNDS; i++) {
		uint32_t which = chance_below((uint32_t)(stack_program_count + ARRAY_LEN(stores)));

		if (which < stack_program_count)
			hit(stack_programs[which], chance_below(2) ? SIGKILL : SIGTERM);
		else
			restart_store(stores[which - stack_program_count]);
		sleep_ms(chance_below(800));
	}
	stack_wait_connected();
}

static void end_comes(struct proof_sale *s)
{
	(void)s;
	hit("orders", SIGKILL);
	sleep_ms(chance_below(300));
	hit("relay sales", SIGKILL);
}

const struct scenario scenarios_programs[] = {
	{ .name = "nothing broken", .runs = 2, .is_brief = true },
	{ .name = "orders killed again and again",
	  .harm = orders_killed,
	  .runs = 3,
	  .is_brief = true },
	{ .name = "relay killed again and again",
	  .harm = relay_killed,
	  .runs = 3,
	  .is_brief = true },
	{ .name = "sale killed again and again", .harm = sale_killed, .runs = 3, .is_brief = true },
	{ .name = "all programs killed in turn", .harm = all_killed, .runs = 4 },
	{ .name = "the end in the middle",
	  .harm = end_comes,
	  .runs = 3,
	  .is_brief = true,
	  .open_ms = 900 },
	{ .name = "everything restarted in random order",
	  .before = queue_becomes_lasting,
	  .harm = restart_everything,
	  .runs = 3 },
};
const size_t scenarios_programs_count = ARRAY_LEN(scenarios_programs);
