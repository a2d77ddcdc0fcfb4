/* What the C library makes of the limit on name servers. */
#include "unit/unit.h"

#include <netinet/in.h>
#include <resolv.h>

#include "base/resolver.h"

static void a_name_server_is_not_waited_for_long(void **state)
{
	struct __res_state resolver = { 0 };

	(void)state;
	unsetenv("RES_OPTIONS");
	resolver_limit();
	assert_int_equal(res_ninit(&resolver), 0);
	assert_int_equal(resolver.retrans, 1);
	assert_int_equal(resolver.retry, 1);
	res_nclose(&resolver);
}

/* Its file and variable are read once in a process: what it makes of these is not asked. */
static void the_administrator_knows_better(void **state)
{
	(void)state;
	setenv("RES_OPTIONS", "timeout:4 attempts:3", 1);
	resolver_limit();
	assert_string_equal(getenv("RES_OPTIONS"), "timeout:4 attempts:3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_server_is_not_waited_for_long),
		cmocka_unit_test(the_administrator_knows_better),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
