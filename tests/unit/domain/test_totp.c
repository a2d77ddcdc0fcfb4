/* Codes of an authenticator: the vectors of RFC 6238, the window, the picture. */
#include "unit/unit.h"

#include "domain/qr.h"
#include "domain/totp.h"

#define RFC_SECRET STR("12345678901234567890")

/* The last six of the eight digits of RFC 6238, appendix B, SHA-1. */
static const struct {
	int64_t seconds;
	const char *code;
} vectors[] = {
	{ 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
	{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
};

static void the_vectors_of_the_rfc(void **state)
{
	struct arena *a = *state;
	int64_t step;
	size_t i;

	for (i = 0; i < ARRAY_LEN(vectors); i++) {
		int64_t now = vectors[i].seconds * 1000;

		assert_same(totp_code(a, RFC_SECRET, now), str_from_c(vectors[i].code));
		assert_true(totp_match(RFC_SECRET, now, str_from_c(vectors[i].code), &step));
		assert_int_equal(step, vectors[i].seconds / 30);
	}
}

static void one_step_off_is_right_two_are_not(void **state)
{
	struct arena *a = *state;
	int64_t now = INT64_C(1769847909000), step;
	struct str code = totp_code(a, RFC_SECRET, now);

	assert_true(totp_match(RFC_SECRET, now + 30000, code, &step));
	assert_int_equal(step, now / 30000);
	assert_true(totp_match(RFC_SECRET, now - 30000, code, &step));
	assert_int_equal(step, now / 30000);
	assert_false(totp_match(RFC_SECRET, now + 60000, code, &step));
	assert_false(totp_match(RFC_SECRET, now - 60000, code, &step));
}

static void what_is_no_code_never_matches(void **state)
{
	static const char *const wrong[] = { "", "28708", "2870820", "28708a", "      ", "-87082" };
	int64_t step;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(totp_match(RFC_SECRET, 59000, str_from_c(wrong[i]), &step));
	assert_false(totp_match(STR(""), 59000, STR("287082"), &step));
	assert_false(totp_match(STR("12345678901234567891"), 59000, STR("287082"), &step));
}

static void the_key_is_shown_in_both_forms(void **state)
{
	struct arena *a = *state;

	assert_text(totp_key_text(a, RFC_SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
	assert_text(totp_uri(a, RFC_SECRET, STR("Pla za"), STR("小明")),
		    "otpauth://totp/Pla%20za:%E5%B0%8F%E6%98%8E?secret="
		    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Pla%20za&algorithm=SHA1&digits=6"
		    "&period=30");
}

/* The three finder patterns, in their corners within the quiet zone. */
static void a_picture_has_its_corners(void **state)
{
	struct arena *a = *state;
	struct qr qr;
	struct str start = STR("M4 4h7v1h-7z");
	char *huge = arena_alloc(a, 5000);

	assert_int_equal(qr_make(a, totp_uri(a, RFC_SECRET, STR("Plaza"), STR("me")), &qr), OK);
	assert_true(str_starts(qr.path, start));
	assert_true(qr.size >= 29 && qr.size < 80);
	assert_true(str_find(qr.path, str_format(a, "M%d 4h7v1h-7z", qr.size - 11)) > 0);
	assert_true(str_find(qr.path, str_format(a, "M4 %dh7v1h-7z", qr.size - 11)) > 0);
	memset(huge, 'x', 4999);
	assert_int_equal(qr_make(a, (struct str){ huge, 4999 }, &qr), ERR_INVALID);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		arena_test(the_vectors_of_the_rfc),
		arena_test(one_step_off_is_right_two_are_not),
		arena_test(what_is_no_code_never_matches),
		arena_test(the_key_is_shown_in_both_forms),
		arena_test(a_picture_has_its_corners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
