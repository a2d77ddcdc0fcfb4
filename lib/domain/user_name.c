/* What a user name may be. */
#include "base/utf8.h"
#include "domain/user.h"
#include "domain/words_list.h"
#include "html/text.h"

struct range {
	uint32_t first, last;
};

/* Letters that are not ASCII. Nothing here is changed by normalising into a letter of another
 * shape. */
static const struct range letters[] = {
	{ 0x00C0, 0x00D6 },   { 0x00D8, 0x00F6 },
	{ 0x00F8, 0x012F }, /* Latin with accents */
	{ 0x0134, 0x013E },   { 0x0141, 0x0148 },
	{ 0x014A, 0x017E },                       /* without dotless i, ij, l-dot */
	{ 0x1EA0, 0x1EF9 },                       /* Vietnamese */
	{ 0x3005, 0x3005 },   { 0x3007, 0x3007 }, /* iteration mark, zero */
	{ 0x3041, 0x3096 },   { 0x30A1, 0x30FA },
	{ 0x30FC, 0x30FC },                       /* kana */
	{ 0x3105, 0x312F },                       /* bopomofo */
	{ 0x3400, 0x4DBF },   { 0x4E00, 0x9FFF }, /* Han */
	{ 0xAC00, 0xD7A3 },                       /* hangul */
	{ 0x20000, 0x2A6DF }, { 0x2A700, 0x2EBE0 },
	{ 0x30000, 0x323AF },
};

/* As skeleton() gives them: without separators, digits as the letters they pass for. */
static const char *const reserved[] = {
	"admin",       "administrator", "root",      "superuser", "sysadmin",     "plaza",
	"plazateam",   "moderator",     "mod",       "system",    "support",      "help",
	"helpdesk",    "staff",         "team",      "official",  "security",     "webmaster",
	"postmaster",  "hostmaster",    "abuse",     "noreply",   "mailerdaemon", "robot",
	"bot",         "null",          "undefined", "nobody",    "anonymous",    "guest",
	"everyone",    "all",           "here",      "me",        "you",          "deleted",
	"deleteduser", "login",         "logout",    "register",  "settings",     "api",
	"www",         "mail",          "管理员",    "管理",      "系统管理员",   "超级管理员",
	"站长",        "版主",          "系统",      "系统消息",  "系统通知",     "官方",
	"客服",        "官方客服",      "广场",      "匿名",      "匿名用户",     "游客",
	"已注销",      "所有人",        "全体成员",
};

static bool is_digit(uint32_t cp)
{
	return cp >= '0' && cp <= '9';
}

static bool is_separator(uint32_t cp)
{
	return cp == '_' || cp == '-' || cp == '.';
}

static bool is_letter(uint32_t cp)
{
	size_t i;

	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z');
	for (i = 0; i < ARRAY_LEN(letters); i++)
		if (cp >= letters[i].first && cp <= letters[i].last)
			return true;
	return false;
}

const char *user_name_form_problem(struct str name)
{
	size_t count = utf8_count(name);
	bool has_letter = false, after_separator = true;
	uint32_t cp;

	if (count < USER_NAME_MIN)
		return N_("A name has at least 2 characters.");
	if (count > USER_NAME_MAX)
		return N_("A name has at most 24 characters.");
	while (utf8_next(&name, &cp)) {
		bool is_sep = is_separator(cp);

		if (is_sep && after_separator)
			return N_("'_', '-' and '.' may only stand between letters and digits.");
		if (!is_sep && !is_letter(cp) && !is_digit(cp))
			return N_("A name has letters, digits, '_', '-' and '.' only.");
		has_letter = has_letter || is_letter(cp);
		after_separator = is_sep;
	}
	if (after_separator)
		return N_("'_', '-' and '.' may only stand between letters and digits.");
	return has_letter ? NULL : N_("A name has at least one letter.");
}

/* Letters and digits only, those that look alike made one: "Adm1n", "a.d.m.i.n" and "admin". */
static struct str skeleton(struct arena *a, struct str folded)
{
	static const char from[] = "013457", to[] = "oleast";
	struct buf b;
	uint32_t cp;

	buf_init(&b, a, folded.n + 1);
	while (utf8_next(&folded, &cp)) {
		const char *digit = cp && cp < 0x80 ? strchr(from, (int)cp) : NULL;

		if (is_separator(cp))
			continue;
		if (digit)
			cp = (unsigned char)to[digit - from];
		buf_add_code_point(&b, cp == 'l' ? 'i' : cp);
	}
	return buf_str(&b);
}

static bool is_reserved(struct arena *a, struct str folded)
{
	struct str plain = skeleton(a, folded);
	size_t i;

	for (i = 0; i < ARRAY_LEN(reserved); i++)
		if (str_is(plain, skeleton(a, str_from_c(reserved[i]))))
			return true;
	return false;
}

const char *user_name_problem(struct ctx *c, struct str name)
{
	const char *problem = user_name_form_problem(name);
	const struct words *words;
	bool is_retired = false;
	struct str folded;

	if (problem)
		return problem;
	if (utf8_fold(c->arena, name, &folded))
		return N_("A name has letters, digits, '_', '-' and '.' only.");
	if (is_reserved(c->arena, folded))
		return N_("This name is reserved.");
	if (!user_name_is_retired(c, name, &is_retired) && is_retired)
		return N_("This name is taken.");
	if (!words_list_find(c, &words) && words_occur(words, name))
		return N_("This name is not allowed here.");
	return NULL;
}
