/* Addresses in Markdown. */
#include "html/markdown_link.h"

#define ADDRESS_MAX 2000 /* url_check's limit, in bytes: nothing longer is looked at */

static const char hex[] = "0123456789ABCDEF";

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* One of the characters of `set`; NUL is not. */
static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

/* What an address may hold as it is; '%' because it may be encoded already. */
static bool is_address(char c)
{
	return is_alphanumeric(c) || is_one_of(c, "-._~!*'();:@&=+$,/?#%");
}

/* "http://" or "https://" at the front of s: how long it is, 0 for neither. */
static size_t scheme_length(struct str s)
{
	if (s.n > 7 && str_is_nocase(str_slice(s, 0, 7), STR("http://")))
		return 7;
	if (s.n > 8 && str_is_nocase(str_slice(s, 0, 8), STR("https://")))
		return 8;
	return 0;
}

/* Where the host ends of an address that has one; it may be of any script, and is not encoded. */
static size_t host_end(struct str address)
{
	size_t i = scheme_length(address);

	while (i > 0 && i < address.n && !is_one_of(address.p[i], "/?#"))
		i++;
	return i;
}

static bool is_host_only(char c)
{
	return (unsigned char)c >= 0x80 || c == '[' || c == ']';
}

err markdown_link(struct arena *a, struct str typed, struct url *out)
{
	size_t host = host_end(typed);
	struct buf encoded;
	size_t i;

	if (typed.n > ADDRESS_MAX)
		return ERR_INVALID;
	buf_init(&encoded, a, typed.n);
	for (i = 0; i < typed.n; i++) {
		unsigned char c = (unsigned char)typed.p[i];

		/* Browsers drop tabs and line ends: nobody types them in good faith. */
		if (c < ' ' || c == 0x7F)
			return ERR_INVALID;
		if (is_address(typed.p[i]) || (i < host && is_host_only(typed.p[i]))) {
			buf_add_char(&encoded, typed.p[i]);
		} else {
			buf_add_char(&encoded, '%');
			buf_add_char(&encoded, hex[c >> 4]);
			buf_add_char(&encoded, hex[c & 15]);
		}
	}
	return url_check(a, buf_str(&encoded), out);
}

bool markdown_is_upload(struct url link)
{
	const struct str folder = STR("/uploads/");
	size_t i;

	if (!str_starts(link.href, folder) || link.href.n == folder.n)
		return false;
	for (i = folder.n; i < link.href.n; i++) {
		if (!is_alphanumeric(link.href.p[i]) && !is_one_of(link.href.p[i], "-._/"))
			return false;
	}
	return str_find(link.href, STR("..")) < 0 && str_find(link.href, STR("//")) < 0;
}

/* Without what more likely belongs to the sentence: punctuation, and ")" that was opened before. */
static size_t trim_address(struct str address)
{
	size_t n = address.n;
	size_t open = 0;
	size_t closed = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		open += address.p[i] == '(';
		closed += address.p[i] == ')';
	}
	for (; n > 0; n--) {
		if (address.p[n - 1] == ')' && closed > open)
			closed--;
		else if (!is_one_of(address.p[n - 1], "?!.,:;*_~'\""))
			break;
	}
	return n;
}

bool markdown_find_address(struct str text, size_t *from, size_t *to)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		struct str rest = str_slice(text, i, text.n);
		size_t scheme = scheme_length(rest);
		size_t end = scheme;

		if (scheme == 0 || (i > 0 && is_alphanumeric(text.p[i - 1])))
			continue;
		while (end < rest.n && is_address(rest.p[end]))
			end++;
		end = trim_address(str_slice(rest, 0, end));
		if (end > scheme) {
			*from = i;
			*to = i + end;
			return true;
		}
		i += scheme - 1;
	}
	return false;
}
