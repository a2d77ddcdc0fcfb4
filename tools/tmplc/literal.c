/* Literals written and read. */
#include "literal.h"

void literal_write(struct buf *b, struct str s)
{
	size_t i;

	buf_add_char(b, '"');
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\n')
			BUF_LIT(b, "\\n");
		else if (c == '\t')
			BUF_LIT(b, "\\t");
		else if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c == '?' && i && s.p[i - 1] == '?')
			BUF_LIT(b, "\\?"); /* ??= is # to an old rule of C */
		else if (c < 0x20 || c == 0x7F)
			buf_addf(b, "\\%03o", c);
		else
			buf_add_char(b, (char)c);
	}
	buf_add_char(b, '"');
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* The digits of \012 or \x1B, at most `most` of them; -1 when there is none. */
static int read_number(struct str *rest, int base, int most)
{
	int value = -1;

	while (most-- > 0 && rest->n && digit(rest->p[0]) < base && value < 0x1000000) {
		value = (value < 0 ? 0 : value * base) + digit(rest->p[0]);
		*rest = str_slice(*rest, 1, rest->n);
	}
	return value;
}

/* \u4E2D or \U0001F600. */
static bool read_code_point(struct str *rest, struct buf *out)
{
	int most = rest->p[0] == 'u' ? 4 : 8;
	int code_point;

	*rest = str_slice(*rest, 1, rest->n);
	code_point = read_number(rest, 16, most);
	if (code_point < 0)
		return false;
	buf_add_code_point(out, (uint32_t)code_point);
	return true;
}

static bool read_escape(struct str *rest, struct buf *out)
{
	static const char names[] = "ntrabfv\"\\?'";
	static const char values[] = "\n\t\r\a\b\f\v\"\\?'";
	const char *name;
	int byte;

	if (rest->n == 0)
		return false;
	name = strchr(names, rest->p[0]);
	if (name && *name) {
		buf_add_char(out, values[name - names]);
		*rest = str_slice(*rest, 1, rest->n);
		return true;
	}
	if (rest->p[0] == 'u' || rest->p[0] == 'U')
		return read_code_point(rest, out);
	if (rest->p[0] == 'x') {
		*rest = str_slice(*rest, 1, rest->n);
		byte = read_number(rest, 16, 2);
	} else {
		byte = read_number(rest, 8, 3);
	}
	if (byte < 0 || byte > 255)
		return false;
	buf_add_char(out, (char)byte);
	return true;
}

bool literal_read(struct str *rest, struct buf *out)
{
	*rest = str_slice(*rest, 1, rest->n);
	while (rest->n && rest->p[0] != '"') {
		char c = rest->p[0];

		*rest = str_slice(*rest, 1, rest->n);
		if (c == '\n')
			return false;
		if (c != '\\')
			buf_add_char(out, c);
		else if (!read_escape(rest, out))
			return false;
	}
	if (rest->n == 0)
		return false;
	*rest = str_slice(*rest, 1, rest->n);
	return true;
}
