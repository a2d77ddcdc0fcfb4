/* Random bytes and keyed hashes. */
#include "unit/unit.h"

#include "base/secret.h"

static const unsigned char key[SECRET_KEY_SIZE] = { 1, 2, 3 };
static const unsigned char other_key[SECRET_KEY_SIZE] = { 1, 2, 4 };

static void random_bytes_differ(void **state)
{
	unsigned char a[32] = { 0 };
	unsigned char b[32] = { 0 };

	(void)state;
	secret_random(a, sizeof(a));
	secret_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	secret_random(a, 0);
}

static void random_numbers_stay_below(void **state)
{
	int seen[3] = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 300; i++) {
		uint32_t n = secret_random_below(3);

		assert_true(n < 3);
		seen[n]++;
	}
	assert_true(seen[0] && seen[1] && seen[2]);
	assert_int_equal(secret_random_below(1), 0);
}

static void tokens(void **state)
{
	struct str token = secret_token(*state, 16);

	assert_int_equal(token.n, 22);
	assert_true(secret_is_token(token, 22));
	assert_int_equal(secret_token(*state, 32).n, 43);
	assert_false(str_is(secret_token(*state, 32), secret_token(*state, 32)));
	assert_int_equal(secret_token(*state, 0).n, 0);
}

static void what_is_a_token(void **state)
{
	(void)state;
	assert_true(secret_is_token(STR("aZ09-_"), 6));
	assert_false(secret_is_token(STR("aZ09-_"), 5));
	assert_false(secret_is_token(STR("aZ09-_"), 7));
	assert_false(secret_is_token(STR("aZ0+/="), 6));
	assert_false(secret_is_token(STR("a\0c"), 3));
	assert_false(secret_is_token(STR("a c"), 3));
	assert_false(secret_is_token(STR("\xC3\xA9"), 2));
	assert_true(secret_is_token((struct str){ NULL, 0 }, 0));
}

/* As `b2sum -l 256` has it. */
static void hashes(void **state)
{
	assert_text(secret_hash(*state, STR("")),
		    "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	assert_text(secret_hash(*state, STR("abc")),
		    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static struct str mac(struct arena *a, const unsigned char *with, const struct str *parts,
		      size_t count)
{
	return secret_mac(a, with, parts, count);
}

static void macs_depend_on_everything(void **state)
{
	static const struct str ab_c[] = { STR_INIT("ab"), STR_INIT("c") };
	static const struct str a_bc[] = { STR_INIT("a"), STR_INIT("bc") };
	static const struct str abc[] = { STR_INIT("abc") };
	static const struct str ab_c_[] = { STR_INIT("ab"), STR_INIT("c"), STR_INIT("") };
	struct arena *a = *state;
	struct str wanted = mac(a, key, ab_c, 2);

	assert_int_equal(wanted.n, 43);
	assert_true(secret_is_token(wanted, 43));
	assert_same(mac(a, key, ab_c, 2), wanted);
	assert_false(str_is(mac(a, other_key, ab_c, 2), wanted));
	assert_false(str_is(mac(a, key, a_bc, 2), wanted));
	assert_false(str_is(mac(a, key, abc, 1), wanted));
	assert_false(str_is(mac(a, key, ab_c_, 3), wanted));
	assert_false(str_is(mac(a, key, NULL, 0), wanted));
}

static void equality(void **state)
{
	(void)state;
	assert_true(secret_is_equal(STR("abc"), STR("abc")));
	assert_false(secret_is_equal(STR("abc"), STR("abd")));
	assert_false(secret_is_equal(STR("abc"), STR("ab")));
	assert_true(secret_is_equal((struct str){ NULL, 0 }, STR("")));
	assert_false(secret_is_equal((struct str){ NULL, 0 }, STR("a")));
}

static int open_secrets(void **state)
{
	(void)state;
	secret_open();
	secret_open();
	return 0;
}

static void what_is_sealed_opens_only_where_it_was(void **state)
{
	struct arena *a = *state;
	const unsigned char other[SECRET_KEY_SIZE] = { 2 };
	struct str sealed = secret_seal(a, key, STR("here"), STR("13800138000")), out = { 0 };
	char *changed = str_c(a, sealed);

	assert_false(str_is(sealed, secret_seal(a, key, STR("here"), STR("13800138000"))));
	assert_true(secret_unseal(a, key, STR("here"), sealed, &out));
	assert_text(out, "13800138000");
	assert_false(secret_unseal(a, key, STR("there"), sealed, &out));
	assert_false(secret_unseal(a, other, STR("here"), sealed, &out));
	assert_false(secret_unseal(a, key, STR("here"), STR(""), &out));
	assert_false(secret_unseal(a, key, STR("here"), STR("not base64!"), &out));
	assert_false(secret_unseal(a, key, STR("here"), str_slice(sealed, 0, 40), &out));
	changed[30] = changed[30] == 'A' ? 'B' : 'A';
	assert_false(secret_unseal(a, key, STR("here"), (struct str){ changed, sealed.n }, &out));
	sealed = secret_seal(a, key, STR("here"), STR(""));
	assert_true(secret_unseal(a, key, STR("here"), sealed, &out));
	assert_int_equal(out.n, 0);
}

static void signatures_are_what_others_compute(void **state)
{
	unsigned char counted[SECRET_KEY_SIZE], first[SECRET_KEY_SIZE], second[SECRET_KEY_SIZE];
	size_t i;

	for (i = 0; i < sizeof(counted); i++)
		counted[i] = (unsigned char)i;
	assert_text(secret_hmac_sha256(*state, counted, STR("what do ya want for nothing?")),
		    "099805f4ac310786968565c098db515cc50862b420ae31e20238312344bed36a");
	secret_derive(counted, STR("one"), first);
	secret_derive(counted, STR("two"), second);
	assert_memory_not_equal(first, second, sizeof(first));
	assert_memory_not_equal(first, counted, sizeof(first));
	secret_derive(counted, STR("one"), second);
	assert_memory_equal(first, second, sizeof(first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(random_bytes_differ),
		arena_test(signatures_are_what_others_compute),
		arena_test(random_numbers_stay_below),
		arena_test(tokens),
		arena_test(what_is_a_token),
		arena_test(hashes),
		arena_test(macs_depend_on_everything),
		arena_test(equality),
		arena_test(what_is_sealed_opens_only_where_it_was),
	};

	return cmocka_run_group_tests(tests, open_secrets, NULL);
}
