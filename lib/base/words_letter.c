/* A text as the letters that words are compared by. */
#include "base/words_letter.h"

#include <utf8proc.h>

#include "base/utf8.h"

static utf8proc_category_t category_of(uint32_t code_point)
{
	return utf8proc_category((utf8proc_int32_t)code_point); /* at most U+10FFFF */
}

static bool is_space(uint32_t code_point)
{
	if (code_point < 0x80)
		return code_point == ' ' || (code_point >= '\t' && code_point <= '\r');
	switch (category_of(code_point)) {
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		return code_point == 0x85;
	}
}

/* Accents, strokes and circles that are laid over a letter. */
static bool is_accent(uint32_t code_point)
{
	return (code_point >= 0x0300 && code_point <= 0x036F) ||
	       (code_point >= 0x1AB0 && code_point <= 0x1AFF) ||
	       (code_point >= 0x1DC0 && code_point <= 0x1DFF) ||
	       (code_point >= 0x20D0 && code_point <= 0x20FF) ||
	       (code_point >= 0xFE20 && code_point <= 0xFE2F);
}

static bool is_unseen(uint32_t code_point)
{
	return code_point >= 0x80 &&
	       (utf8proc_get_property((utf8proc_int32_t)code_point)->ignorable ||
		category_of(code_point) == UTF8PROC_CATEGORY_CF);
}

static bool is_symbol(uint32_t code_point)
{
	if (code_point < 0x80)
		return !((code_point >= 'a' && code_point <= 'z') ||
			 (code_point >= '0' && code_point <= '9'));
	switch (category_of(code_point)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return false;
	default:
		return true;
	}
}

/*
 * The letters of one character. Accents go while it is taken apart; then it is put together
 * again, or the parts of one Hangul syllable would be found inside another.
 */
static size_t fold(uint32_t code_point, int32_t out[LETTERS_PER_CHARACTER])
{
	const utf8proc_option_t apart = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
							    UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
	const utf8proc_option_t together = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	utf8proc_ssize_t n;
	utf8proc_ssize_t i;
	utf8proc_ssize_t kept = 0;
	int boundary = 0;

	if (code_point < 0x80) {
		out[0] = (int32_t)code_point;
		if (code_point >= 'A' && code_point <= 'Z')
			out[0] += 'a' - 'A';
		return 1;
	}
	if (is_unseen(code_point))
		return 0;
	n = utf8proc_decompose_char((utf8proc_int32_t)code_point, out, LETTERS_PER_CHARACTER, apart,
				    &boundary);
	if (n < 0 || n > LETTERS_PER_CHARACTER)
		return 0;
	for (i = 0; i < n; i++) {
		if (!is_accent((uint32_t)out[i]))
			out[kept++] = out[i];
	}
	n = utf8proc_normalize_utf32(out, kept, together);
	return n < 0 ? 0 : (size_t)n;
}

struct letters letters_of(struct str text)
{
	return (struct letters){ .text = text, .rest = text };
}

static size_t position(const struct letters *l)
{
	return l->text.n - l->rest.n;
}

/* The rest of a run of white space, of which the first character was taken. */
static void take_space(struct letters *l, bool is_line, struct letter *out)
{
	unsigned lines = is_line;
	struct str ahead = l->rest;
	uint32_t code_point;

	out->to = position(l);
	while (utf8_next(&ahead, &code_point)) {
		bool is_unseen_here = is_unseen(code_point);

		if (!is_space(code_point) && !is_unseen_here)
			break;
		lines += code_point == '\n';
		l->rest = ahead;
		if (!is_unseen_here)
			out->to = position(l);
	}
	out->kind = lines > 1 ? LETTER_BREAK : LETTER_SPACE;
	out->code_point = ' ';
}

bool letters_next(struct letters *l, struct letter *out)
{
	while (l->used == l->count) {
		uint32_t code_point;

		l->from = position(l);
		if (!utf8_next(&l->rest, &code_point))
			return false;
		if (is_space(code_point)) {
			out->from = l->from;
			take_space(l, code_point == '\n', out);
			return true;
		}
		l->used = 0;
		l->count = fold(code_point, l->folded);
	}
	out->code_point = (uint32_t)l->folded[l->used++];
	out->kind = is_symbol(out->code_point) ? LETTER_SYMBOL : LETTER_PLAIN;
	out->from = l->from;
	out->to = position(l);
	return true;
}

bool letter_is_wide(uint32_t code_point)
{
	return code_point >= 0x1100 && utf8proc_charwidth((utf8proc_int32_t)code_point) == 2;
}
