/* Look-up in the table of texts, and the choice of a language. */
#include "html/text.h"

#include "base/num.h"
#include "html/text_table.h"

static int compare_key(const void *key, const void *entry)
{
	return str_compare(*(const struct str *)key, ((const struct text_entry *)entry)->one);
}

static const struct text_entry *find(const char *english)
{
	struct str key = str_from_c(english);
	const struct text_entry *entry =
		bsearch(&key, text_table, text_table_count, sizeof(*text_table), compare_key);

	if (!entry)
		BUG("the text \"%s\" is not in the table: mark its literal with N_()", english);
	return entry;
}

static const struct text_entry *at(int index)
{
	if (index < 0 || (size_t)index >= text_table_count)
		BUG("there is no text %d", index);
	return &text_table[index];
}

static struct str form(const struct text_entry *entry, int language, int64_t n)
{
	if (language == TEXT_ZH)
		return entry->chinese;
	return n == 1 || entry->many.n == 0 ? entry->one : entry->many;
}

struct str text_get(int language, const char *english)
{
	return form(find(english), language, 1);
}

struct str text_plural(int language, const char *one, const char *many, int64_t n)
{
	(void)many; /* in the table, next to `one` */
	return form(find(one), language, n);
}

struct str text_at(int language, int index)
{
	return form(at(index), language, 1);
}

struct str text_plural_at(int language, int index, int64_t n)
{
	return form(at(index), language, n);
}

int text_next_slot(struct str *text, struct str *before)
{
	struct str s = *text;
	size_t i;

	for (i = 0; i + 2 < s.n; i++) {
		if (s.p[i] != '{' || s.p[i + 2] != '}' || s.p[i + 1] < '0' || s.p[i + 1] > '9')
			continue;
		*before = str_slice(s, 0, i);
		*text = str_slice(s, i + 3, s.n);
		return s.p[i + 1] - '0';
	}
	*before = s;
	*text = str_slice(s, s.n, s.n);
	return -1;
}

static struct str fill(struct arena *a, struct str text, const struct str *arguments, size_t count)
{
	struct str before;
	struct buf filled;
	int slot;

	buf_init(&filled, a, text.n + 64);
	while ((slot = text_next_slot(&text, &before)) >= 0) {
		if ((size_t)slot >= count)
			BUG("a text wants value {%d} of %zu", slot, count);
		buf_add(&filled, before);
		buf_add(&filled, arguments[slot]);
	}
	buf_add(&filled, before);
	return buf_str(&filled);
}

struct str text_format(struct arena *a, int language, const char *english,
		       const struct str *arguments, size_t count)
{
	return fill(a, text_get(language, english), arguments, count);
}

struct str text_count(struct arena *a, int language, const char *one, const char *many, int64_t n)
{
	struct str number = num_text(a, n);

	return fill(a, text_plural(language, one, many, n), &number, 1);
}

struct str text_language_tag(int language)
{
	return language == TEXT_ZH ? STR("zh-CN") : STR("en");
}

/* Our language for a tag like "en-GB" or "zh-Hans-CN"; TEXT_LANGUAGES when it is none of ours. */
static int language_of(struct str tag)
{
	struct str primary;

	if (!str_split(&tag, '-', &primary))
		return TEXT_LANGUAGES;
	if (str_is_nocase(primary, STR("zh")))
		return TEXT_ZH;
	return str_is_nocase(primary, STR("en")) ? TEXT_EN : TEXT_LANGUAGES;
}

/* The weight of "en;q=0.8" in thousandths (RFC 9110, 12.4.2); what is malformed weighs nothing. */
static int64_t weight_of(struct str parameters)
{
	struct str whole;
	int64_t weight = 0;
	int64_t digit;
	int i;

	parameters = str_trim(parameters);
	if (parameters.n == 0)
		return 1000;
	if (!str_is_nocase(str_slice(parameters, 0, 2), STR("q=")))
		return 0;
	parameters = str_slice(parameters, 2, parameters.n);
	if (!str_split(&parameters, '.', &whole) || !num_parse_i64(whole, 0, 1, &weight))
		return 0;
	weight *= 1000;
	for (i = 0; i < 3 && parameters.n > 0; i++) {
		static const int64_t places[] = { 100, 10, 1 };

		if (!num_parse_i64(str_slice(parameters, 0, 1), 0, 9, &digit))
			return 0;
		weight += digit * places[i];
		parameters = str_slice(parameters, 1, parameters.n);
	}
	return parameters.n || weight > 1000 ? 0 : weight;
}

int text_choose(struct str cookie, struct str accept_language)
{
	struct str range;
	int64_t best_weight = 0;
	int best = TEXT_ZH;

	if (str_is(cookie, STR("zh")))
		return TEXT_ZH;
	if (str_is(cookie, STR("en")))
		return TEXT_EN;
	while (str_split(&accept_language, ',', &range)) {
		struct str tag;
		int64_t weight;

		str_split(&range, ';', &tag);
		tag = str_trim(tag);
		if (language_of(tag) == TEXT_LANGUAGES)
			continue;
		weight = weight_of(range);
		if (weight > best_weight) {
			best_weight = weight;
			best = language_of(tag);
		}
	}
	return best;
}
