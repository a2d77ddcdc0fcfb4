/* Character references of HTML, by number and by name. */
#include "html/markdown_entity.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* digits: what stands between "&#" and ";". num.h refuses leading zeros, which are usual here. */
static bool add_numbered(struct buf *b, struct str digits)
{
	uint32_t base = 10;
	uint32_t value = 0;
	size_t i = 0;

	if (digits.n > 1 && (digits.p[0] == 'x' || digits.p[0] == 'X')) {
		base = 16;
		i = 1;
	}
	if (i == digits.n)
		return false;
	for (; i < digits.n; i++) {
		uint32_t digit = (uint32_t)digit_value(digits.p[i]); /* 0 to 16 */

		if (digit >= base)
			return false;
		if (value <= 0x10FFFF)
			value = value * base + digit;
	}
	buf_add_code_point(b, markdown_is_allowed(value) ? value : 0xFFFD);
	return true;
}

void markdown_entity_add(struct buf *b, struct str reference)
{
	struct str text;

	/* The shortest are "&#1;" and "&lt;". */
	if (reference.n < 4) {
		buf_add(b, reference);
		return;
	}
	if (reference.p[1] == '#') {
		if (!add_numbered(b, str_slice(reference, 2, reference.n - 1)))
			buf_add(b, reference);
		return;
	}
	text = markdown_entity_named(str_slice(reference, 1, reference.n - 1));
	buf_add(b, text.n > 0 ? text : reference);
}

bool markdown_is_allowed(uint32_t code_point)
{
	if (code_point < 0x20)
		return code_point == '\t' || code_point == '\n' || code_point == '\r';
	if (code_point >= 0x7F && code_point <= 0x9F)
		return false;
	if (code_point >= 0xD800 && code_point <= 0xDFFF)
		return false;
	/* The code points Unicode reserves as no characters. */
	if ((code_point >= 0xFDD0 && code_point <= 0xFDEF) || (code_point & 0xFFFE) == 0xFFFE)
		return false;
	return code_point <= 0x10FFFF;
}
