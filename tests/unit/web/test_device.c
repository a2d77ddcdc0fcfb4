/* Devices in words: of what browsers say, and of what those say who mean harm. */
#include "unit/unit.h"

#include "web/device.h"

static void browsers_are_known_by_their_marks(void **state)
{
	static const struct {
		const char *agent, *browser, *system;
	} cases[] = {
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		  "Firefox", "Linux" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
		  " Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
		  "Edge", "Windows" },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
		  "like Gecko) Version/17.5 Safari/605.1.15",
		  "Safari", "macOS" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
		  "(KHTML, like Gecko) CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1",
		  "Chrome", "iPhone" },
		{ "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
		  " Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49",
		  "WeChat", "Android" },
		{ "curl/7.88.1", "curl", "" },
		{ "Something (Windows)", "", "Windows" },
		{ "", "", "" },
		{ "<script>alert(1)</script>\r\nX: y", "", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct device d = device_from(str_from_c(cases[i].agent));

		assert_same(d.browser, str_from_c(cases[i].browser));
		assert_same(d.system, str_from_c(cases[i].system));
	}
}

static void an_address_is_shown_by_its_network(void **state)
{
	static const char *const cases[][2] = {
		{ "192.0.2.77", "192.0.2.*" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48" },
		{ "::ffff:192.0.2.77", "192.0.2.*" },
		{ "::1", "::/48" },
		{ "", "" },
		{ "192.0.2", "" },
		{ "<b>", "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_same(device_network(*state, str_from_c(cases[i][0])),
			    str_from_c(cases[i][1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(browsers_are_known_by_their_marks),
		arena_test(an_address_is_shown_by_its_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
