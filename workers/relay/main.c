/*
 * The relay: carries what Redis scripts recorded in streams to RabbitMQ; "relay" events of the
 * forum, "relay sales" requests for sales. There is one of each; two at once do no harm. Whatever
 * is down, it waits and goes on where it stopped.
 */
#include "relay.h"

#include "base/log.h"

int main(int argc, char **argv)
{
	bool is_for_sales = argc == 2 && !strcmp(argv[1], "sales");
	struct program p;

	if (program_open(&p, is_for_sales ? "relay-sales" : "relay"))
		return 1;
	if (argc > 1 && !is_for_sales) {
		log_error("usage: relay [sales]");
		program_close(&p);
		return 2;
	}
	if (is_for_sales)
		relay_sales(&p);
	else
		relay_events(&p);
	program_close(&p);
	return 0;
}
