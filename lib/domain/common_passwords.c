/* Reads a password as the fewest pieces it can be made of. */
#include "domain/common_passwords.h"

#include "base/utf8.h"
#include "domain/common_words.h"

#define LENGTH_MAX 512 /* code points; folding may lengthen a password a little */
#define PIECE_MIN 3    /* shorter runs are no pattern */

/* The password in three readings, and best[i]: the fewest pieces its first i code points make. */
struct reading {
	uint32_t typed[LENGTH_MAX];
	uint32_t plain_i[LENGTH_MAX]; /* "p@ssw0rd" as "password", '1' as 'i' */
	uint32_t plain_l[LENGTH_MAX]; /* the same, '1' as 'l' */
	size_t n;
	size_t best[LENGTH_MAX + 1];
};

/* Keys next to each other, and the zigzags over several rows. */
static const char *const walks[] = {
	"`1234567890-=",
	"~!@#$%^&*()_+",
	"qwertyuiop[]\\",
	"asdfghjkl;'",
	"zxcvbnm,./",
	"azertyuiop",
	"qsdfghjklm",
	"qwertzuiop",
	"yxcvbnm",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
	"!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik<(ol>)p:?",
	"1q2w3e4r5t6y7u8i9o0p-[=]",
	"q1w2e3r4t5y6u7i8o9p0",
	"qazwsxedcrfvtgbyhnujmikolp",
	"qawsedrftgyhujikolp",
	"741852963",
	"147258369",
	"789456123",
};

static uint32_t plain(uint32_t cp, char one)
{
	static const char from[] = "@4035$7!8+", to[] = "aaoesstibt";
	const char *found = cp && cp < 0x80 ? strchr(from, (int)cp) : NULL;

	if (cp == '1')
		return (unsigned char)one;
	return found ? (unsigned char)to[found - from] : cp;
}

static void relax(struct reading *r, size_t from, size_t to)
{
	if (r->best[from] + 1 < r->best[to])
		r->best[to] = r->best[from] + 1;
}

/* Every beginning of a run is a piece, too. */
static void relax_run(struct reading *r, size_t from, size_t least, size_t length)
{
	size_t n;

	for (n = least; n <= length; n++)
		relax(r, from, from + n);
}

/* Code points from `from` on that go up by step each: 0 is a repetition. */
static size_t run_length(const struct reading *r, size_t from, int64_t step)
{
	size_t n = 1;

	while (from + n < r->n &&
	       (int64_t)r->typed[from + n] == (int64_t)r->typed[from + n - 1] + step)
		n++;
	return n;
}

/* How far the password follows a walk in one direction. */
static size_t walk_length(const struct reading *r, size_t from, const char *walk, int step)
{
	size_t length = strlen(walk), longest = 0, start, n;

	for (start = 0; start < length; start++) {
		ptrdiff_t at = (ptrdiff_t)start;

		for (n = 0; from + n < r->n && at >= 0 && (size_t)at < length; n++, at += step)
			if (r->typed[from + n] != (unsigned char)walk[at])
				break;
		if (n > longest)
			longest = n;
	}
	return longest;
}

static void relax_patterns(struct reading *r, size_t from)
{
	size_t i;

	relax_run(r, from, 2, run_length(r, from, 0));
	relax_run(r, from, PIECE_MIN, run_length(r, from, 1));
	relax_run(r, from, PIECE_MIN, run_length(r, from, -1));
	for (i = 0; i < ARRAY_LEN(walks); i++) {
		relax_run(r, from, PIECE_MIN, walk_length(r, from, walks[i], 1));
		relax_run(r, from, PIECE_MIN, walk_length(r, from, walks[i], -1));
	}
}

/* "abcabc", "我爱你我爱你": what was just typed, again. */
static void relax_echo(struct reading *r, size_t from)
{
	size_t n;

	for (n = 2; n <= from && from + n <= r->n; n++)
		if (!memcmp(r->typed + from - n, r->typed + from, n * sizeof(r->typed[0])))
			relax(r, from, from + n);
}

static void relax_year(struct reading *r, size_t from)
{
	const uint32_t *t = r->typed + from;

	if (from + 4 <= r->n && ((t[0] == '1' && t[1] == '9') || (t[0] == '2' && t[1] == '0')) &&
	    t[2] >= '0' && t[2] <= '9' && t[3] >= '0' && t[3] <= '9')
		relax(r, from, from + 4);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_word(const char *letters)
{
	return bsearch(letters, common_words, common_word_count, COMMON_WORD_SIZE, compare_words);
}

static void relax_words(struct reading *r, const uint32_t *text, size_t from)
{
	char letters[COMMON_WORD_SIZE] = { 0 };
	size_t n;

	for (n = 0; n < COMMON_WORD_SIZE - 1 && from + n < r->n; n++) {
		if (text[from + n] >= 0x80)
			return;
		letters[n] = (char)text[from + n];
		if (n + 1 >= PIECE_MIN && is_word(letters))
			relax(r, from, from + n + 1);
	}
}

static void relax_own(struct reading *r, size_t from, struct str own)
{
	struct str rest = own;
	size_t n = 0;
	uint32_t cp;

	while (utf8_next(&rest, &cp)) {
		if (from + n >= r->n || r->typed[from + n] != cp)
			return;
		n++;
	}
	if (n >= 2)
		relax(r, from, from + n);
}

static void reading_init(struct reading *r, struct str folded)
{
	uint32_t cp;
	size_t i;

	r->n = 0;
	while (r->n < LENGTH_MAX && utf8_next(&folded, &cp)) {
		r->typed[r->n] = cp;
		r->plain_i[r->n] = plain(cp, 'i');
		r->plain_l[r->n] = plain(cp, 'l');
		r->n++;
	}
	r->best[0] = 0;
	for (i = 1; i <= r->n; i++)
		r->best[i] = SIZE_MAX - 1;
}

size_t common_password_pieces(struct str folded, const struct str *own, size_t own_count)
{
	struct reading r = { 0 };
	size_t i, k;

	reading_init(&r, folded);
	for (i = 0; i < r.n; i++) {
		relax(&r, i, i + 1);
		relax_patterns(&r, i);
		relax_echo(&r, i);
		relax_year(&r, i);
		relax_words(&r, r.typed, i);
		relax_words(&r, r.plain_i, i);
		relax_words(&r, r.plain_l, i);
		for (k = 0; k < own_count; k++)
			relax_own(&r, i, own[k]);
	}
	return r.best[r.n];
}
