/* What a name, an address and a password may be. */
#include "unit/domain/account.h"

#include "base/utf8.h"
#include "domain/common_passwords.h"
#include "domain/common_words.h"
#include "domain/user_internal.h"

static const struct db_sql sql_add_word =
	SQL("INSERT IGNORE INTO sensitive_word (word) VALUES ('badword'), ('坏词')");

static struct str repeated(struct arena *a, const char *text, size_t times)
{
	struct buf b;

	buf_init(&b, a, 64);
	while (times--)
		buf_add(&b, str_from_c(text));
	return buf_str(&b);
}

static void good_names(void **state)
{
	static const char *const names[] = {
		"ab",
		"a1",
		"Ann",
		"ann_lee",
		"j.r.r",
		"a-b_c.d",
		"林小满",
		"山间小鹿",
		"7号",
		"かな",
		"カナー",
		"ㄅㄆ",
		"한글",
		"Éva",
		"Nguyễn",
		"Łódź",
		"x2y",
		"々木",
		"𠮷田",
		"abcdefghijklmnopqrstuvwx",
		"一二三四五六七八九十一二三四五六七八九十一二三四",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++)
		if (user_name_form_problem(str_from_c(names[i])))
			fail_msg("%s: %s", names[i], user_name_form_problem(str_from_c(names[i])));
}

static void bad_names(void **state)
{
	static const char *const names[] = {
		"",         "a",        "林",       "abcdefghijklmnopqrstuvwxy",
		"12345",    "1.2",      "_ab",      "ab_",
		".ab",      "ab.",      "-ab",      "a__b",
		"a.-b",     "a b",      " ab",      "ab ",
		"a\tb",     "a\nb",     "a\r\nb",   "a@b",
		"a/b",      "a<b",      "a&b",      "a'b",
		"a\"b",     "a:b",      "a,b",      "a#b",
		"a%b",      "a\\b",     "a{b}",     "a$b",
		"a+b",      "a=b",      "аdmin", /* Cyrillic a */
		"αβγ",                           /* Greek */
		"a\u200bb",                      /* zero width space */
		"a\u202eb",                      /* right-to-left override */
		"a\u00adb",                      /* soft hyphen */
		"a\u0301b",                      /* combining accent */
		"a\u2060b", "a\ufeffb", "\ufeffab", "a\u3000b",
		"a\u00a0b", "ＡＢ",     /* full-width */
		"ab🙂",   "a\u0131b", /* dotless i */
		"①②a",      "ﬁsh",      "ǃab",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(names); i++)
		if (!user_name_form_problem(str_from_c(names[i])))
			fail_msg("taken: %s", names[i]);
	assert_non_null(user_name_form_problem((struct str){ "a\0b", 3 }));
	assert_non_null(user_name_form_problem((struct str){ "a\xff\xfe", 3 }));
}

static void reserved_names_are_refused_in_disguise_too(void **state)
{
	static const char *const refused[] = {
		"admin",  "ADMIN", "Admin", "a.d.m.i.n", "adm1n",     "4dmin",
		"r00t",   "root",  "P1aza", "pla-za",    "moderator", "m0derator",
		"管理员", "官方",  "系统",  "guest",     "me",        "Null",
	};
	static const char *const taken[] = { "admina", "rootless", "plazas", "小官方" };
	struct ctx *c = *state;
	size_t i;

	STORES_OR_SKIP();
	for (i = 0; i < ARRAY_LEN(refused); i++)
		if (!user_name_problem(c, str_from_c(refused[i])))
			fail_msg("taken: %s", refused[i]);
	for (i = 0; i < ARRAY_LEN(taken); i++)
		if (user_name_problem(c, str_from_c(taken[i])))
			fail_msg("refused: %s", taken[i]);
}

static void names_with_sensitive_words_are_refused(void **state)
{
	struct ctx *c = *state;

	STORES_OR_SKIP();
	assert_int_equal(db_exec(c->db, NULL, &sql_add_word, DB_NO_ARGS), OK);
	assert_non_null(user_name_problem(c, STR("xbadwordx")));
	assert_non_null(user_name_problem(c, STR("B.a.d.W-o_rd")));
	assert_non_null(user_name_problem(c, STR("我坏词")));
	assert_null(user_name_problem(c, STR("xgoodwordx")));
}

static void addresses(void **state)
{
	static const char *const good[] = {
		"a@b.cn",
		"first.last@example.org",
		"a+tag@sub.example.co",
		"x_y-z@ex-ample.org",
		"o'brien@example.org",
		"A@EXAMPLE.ORG",
		"1@2.de",
		"a@xn--fiqs8s.cn",
		"#!$%&'*@example.org",
	};
	static const char *const bad[] = {
		"",
		"a",
		"a@",
		"@b.cn",
		"a@b",
		"a@b.",
		"a@.b.cn",
		"a@b..cn",
		".a@b.cn",
		"a.@b.cn",
		"a..b@c.cn",
		"a b@c.cn",
		"a@b c.cn",
		" a@b.cn",
		"a@b.cn ",
		"a@b.cn\n",
		"a@b.cn\r\nBcc: x@y.cn",
		"a\r\n@b.cn",
		"a@b.cn,c@d.cn",
		"a@b.cn;c@d.cn",
		"a@@b.cn",
		"a@b@c.cn",
		"<a@b.cn>",
		"\"a b\"@c.cn",
		"a(x)@b.cn",
		"a@[127.0.0.1]",
		"a@127.0.0.1",
		"a@b.1",
		"a@-b.cn",
		"a@b-.cn",
		"a@b_c.cn",
		"ä@b.cn",
		"a@bücher.de",
		"a@b.c",
		"林@例子.cn",
		"a:b@c.cn",
		"a\\@b.cn",
	};
	struct arena *a = *state;
	struct str name64 = repeated(a, "n", 64), label63 = repeated(a, "l", 63);
	size_t i;

	for (i = 0; i < ARRAY_LEN(good); i++)
		if (user_email_problem(str_from_c(good[i])))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (!user_email_problem(str_from_c(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_non_null(user_email_problem((struct str){ "a\0@b.cn", 7 }));
	assert_null(user_email_problem(str_format(a, STR_FMT "@b.cn", STR_ARG(name64))));
	assert_non_null(user_email_problem(str_format(a, STR_FMT "n@b.cn", STR_ARG(name64))));
	assert_null(user_email_problem(str_format(a, "a@" STR_FMT ".cn", STR_ARG(label63))));
	assert_non_null(user_email_problem(str_format(a, "a@" STR_FMT "l.cn", STR_ARG(label63))));
	assert_non_null(user_email_problem(
		str_format(a, "a@" STR_FMT "cn", STR_ARG(repeated(a, "label.", 45)))));
	assert_text(user_email_fold(a, STR("A.B@C.Org")), "a.b@c.org");
}

static const char *password_problem(struct arena *a, struct str password)
{
	struct ctx c = { .arena = a };

	return user_password_problem(&c, password, STR("MiraWong"), STR("mira.w@example.org"));
}

static void length_of_passwords(void **state)
{
	struct arena *a = *state;
	static const char mixed[] = "kq7Vz pL2m x9Rt w4Bn j8Fd s3Gh";

	assert_non_null(password_problem(a, STR("kq7Vzpl2mx9")));
	assert_null(password_problem(a, STR("kq7Vzpl2mx9R")));
	assert_null(password_problem(a, str_slice(repeated(a, mixed, 5), 0, 64)));
	assert_null(password_problem(a, str_slice(repeated(a, mixed, 5), 0, 128)));
	assert_non_null(password_problem(a, str_slice(repeated(a, mixed, 5), 0, 129)));
	/* code points, not bytes */
	assert_null(password_problem(a, STR("山高水长月明风清云淡天蓝")));
	assert_non_null(password_problem(a, STR("山高水长月明风清云淡天")));
	assert_null(password_problem(a, STR("🙂 été 山水 pass n°7 ñ")));
}

static void no_rules_about_kinds_of_characters(void **state)
{
	struct arena *a = *state;

	assert_null(password_problem(a, STR("kdjfhgqowieu")));
	assert_null(password_problem(a, STR("correct horse battery staple")));
	assert_null(password_problem(a, STR("my pet eats noodles at dawn")));
	assert_null(password_problem(a, STR("今天下雨所以没有去爬山呢")));
}

static void common_passwords_are_refused(void **state)
{
	static const char *const common[] = {
		"password1234",
		"Password123!",
		"P@ssw0rd2023",
		"passwordpassword",
		"administrator",
		"administrator1",
		"qwertyuiop12",
		"qwertyuiop[]",
		"1qaz2wsx3edc",
		"1q2w3e4r5t6y",
		"zaq12wsxcde3",
		"aaaaaaaaaaaa",
		"000000000000",
		"abcabcabcabc",
		"abababababab",
		"123456789012",
		"1234567890123",
		"987654321098",
		"abcdefghijkl",
		"zyxwvutsrqpo",
		"asdfghjkl123",
		"asdfasdfasdf",
		"qazwsxedcrfv",
		"iloveyou1234",
		"iloveyou1314520",
		"woaini1314520",
		"woaini19901010",
		"letmein12345",
		"welcome12345",
		"Summer2024!!",
		"Winter2023!!!",
		"monkeymonkey",
		"dragondragon1",
		"liverpool2019",
		"manchester123",
		"unbelievable",
		"christopher1",
		"changeme1234",
		"internet1234",
		"computer1234",
		"zhangwei1990",
		"football2020",
		"superman1234",
		"111111222222",
		"112233445566",
		"我爱你我爱你我爱你我爱你",
		"ｐａｓｓｗｏｒｄ１２３４",
		"PASSWORD1234",
		"   password123",
	};
	struct arena *a = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(common); i++)
		if (!password_problem(a, str_from_c(common[i])))
			fail_msg("taken: %s", common[i]);
}

static void ones_own_name_and_address_are_refused(void **state)
{
	static const char *const own[] = {
		"mirawongmirawong",   "MiraWong2024",        "mirawong12345",
		"mira.w@example.org", "mira.w@example.org1", "1mira.wmira.w1",
	};
	struct arena *a = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(own); i++)
		if (!password_problem(a, str_from_c(own[i])))
			fail_msg("taken: %s", own[i]);
	assert_null(password_problem(a, STR("mirawong goes hiking")));
}

/* The binary search needs them so; a word too long would lack its NUL. */
static void words_are_sorted(void **state)
{
	size_t i;

	(void)state;
	assert_true(common_word_count >= 1000);
	for (i = 0; i < common_word_count; i++) {
		assert_int_equal(common_words[i][COMMON_WORD_SIZE - 1], 0);
		if (i)
			assert_true(strcmp(common_words[i - 1], common_words[i]) < 0);
	}
}

static void the_first_pass_is_fixed(void **state)
{
	struct arena *a = *state;

	/* printf 'plaza-first-pass:correct horse battery staple' | sha256sum */
	assert_text(user_first_pass(a, STR("correct horse battery staple")),
		    "74022af192af18a16483a393f0ee1413779766a5ead178a1d619cbddf89a4ff9");
	assert_text(user_first_pass(a, STR("山高水长🙂")),
		    "5f1c0515f1af773c17b7e3a340d2f4afe96f89a8dedf1f49cd74549b8ff57156");
}

static void hashes_are_argon2id_and_salted(void **state)
{
	struct arena *a = *state;
	struct str first = user_first_pass(a, STR("a password of mine")), one, two;

	assert_int_equal(user_password_hash(a, first, &one), OK);
	assert_int_equal(user_password_hash(a, first, &two), OK);
	assert_true(str_starts(one, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
	assert_false(str_is(one, two));
	assert_int_equal(user_password_check(one, first), OK);
	assert_int_equal(user_password_check(two, first), OK);
	assert_int_equal(user_password_check(one, user_first_pass(a, STR("a password of min"))),
			 ERR_AUTH);
	assert_int_equal(user_password_check(STR(""), first), ERR_AUTH);
	assert_int_equal(user_password_check(STR("!"), first), ERR_AUTH);
	assert_int_equal(user_password_check(STR("$argon2id$nonsense"), first), ERR_AUTH);
	assert_false(user_password_is_outdated(a, one));
}

/* Nothing is cut off: bcrypt would stop at 72 bytes. */
static void no_character_is_left_out(void **state)
{
	struct arena *a = *state;
	struct str whole = repeated(a, "0a1b2c3d", 16), hash;
	size_t n;

	assert_int_equal(user_password_hash(a, user_first_pass(a, whole), &hash), OK);
	for (n = 64; n < 128; n += 21)
		assert_int_equal(user_password_check(hash,
						     user_first_pass(a, str_slice(whole, 0, n))),
				 ERR_AUTH);
	assert_int_equal(user_password_check(hash, user_first_pass(a, whole)), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_names),
		cmocka_unit_test(bad_names),
		account_test(reserved_names_are_refused_in_disguise_too),
		account_test(names_with_sensitive_words_are_refused),
		arena_test(addresses),
		arena_test(length_of_passwords),
		arena_test(no_rules_about_kinds_of_characters),
		arena_test(common_passwords_are_refused),
		arena_test(ones_own_name_and_address_are_refused),
		cmocka_unit_test(words_are_sorted),
		arena_test(the_first_pass_is_fixed),
		arena_test(hashes_are_argon2id_and_salted),
		arena_test(no_character_is_left_out),
	};

	return cmocka_run_group_tests(tests, forum_set_up, stores_tear_down);
}
