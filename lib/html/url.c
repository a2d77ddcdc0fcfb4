/*
 * Links checked and built. Where this site and a browser could read a link
 * differently (a backslash, a tab, two slashes), the link is refused.
 */
#include "html/url.h"

#include "base/num.h"
#include "base/utf8.h"

#define URL_BYTES_MAX 2000
#define HOST_BYTES_MAX 253 /* RFC 1035: of a name in text form */

/* White space, controls, backslashes and what cannot be seen have no place in a link. */
static bool is_clean(struct str s)
{
	uint32_t code_point;

	if (s.n == 0 || s.n > URL_BYTES_MAX || !utf8_is_valid(s))
		return false;
	while (utf8_next(&s, &code_point))
		if (code_point <= ' ' || code_point == '\\' || utf8_is_invisible(code_point))
			return false;
	return true;
}

/* Below this site: "/", not followed by another slash, which would name a host. */
static bool is_local(struct str s)
{
	return str_starts(s, STR("/")) && !str_starts(s, STR("//"));
}

static bool take_scheme(struct str *s, struct str scheme)
{
	if (!str_is_nocase(str_slice(*s, 0, scheme.n), scheme))
		return false;
	*s = str_slice(*s, scheme.n, s->n);
	return true;
}

/* What stands before the first of /, ? and #. */
static struct str authority_of(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#')
		n++;
	return str_slice(s, 0, n);
}

/* Part an authority into host and port; the colons of an IPv6 address stand in brackets. */
static void split_port(struct str authority, struct str *host, struct str *port)
{
	size_t from = 0;
	size_t n;

	while (str_starts(authority, STR("[")) && from < authority.n && authority.p[from] != ']')
		from++;
	for (n = from; n < authority.n && authority.p[n] != ':'; n++)
		;
	*host = str_slice(authority, 0, n);
	*port = str_slice(authority, n, authority.n);
}

static bool is_address_part(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
	       c == ':' || c == '.';
}

static bool is_ipv6_host(struct str host)
{
	size_t i;

	if (host.n < 4 || host.p[host.n - 1] != ']')
		return false;
	for (i = 1; i + 1 < host.n; i++)
		if (!is_address_part(host.p[i]))
			return false;
	return true;
}

/* Letters of any script, digits, dots and hyphens, and neither end a hyphen or the start a dot. */
static bool is_host(struct str host)
{
	size_t i;

	if (host.n == 0 || host.n > HOST_BYTES_MAX)
		return false;
	if (host.p[0] == '[')
		return is_ipv6_host(host);
	if (host.p[0] == '-' || host.p[0] == '.' || str_find(host, STR("..")) >= 0)
		return false;
	for (i = 0; i < host.n; i++) {
		unsigned char c = (unsigned char)host.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '.' || c == '_' || c >= 0x80))
			return false;
	}
	return true;
}

/* Behind "http://": a host, perhaps a port, and no name or password, which are made to deceive. */
static bool has_host(struct str s)
{
	struct str host;
	struct str port;
	int64_t number;

	split_port(authority_of(s), &host, &port);
	if (!is_host(host))
		return false;
	return port.n == 0 || num_parse_i64(str_slice(port, 1, port.n), 1, 65535, &number);
}

/* Behind "mailto:": one address. */
static bool is_mail_address(struct str s)
{
	struct str address = authority_of(s);
	ptrdiff_t at = str_find_byte(address, '@');

	return at > 0 && is_host(str_slice(address, (size_t)at + 1, address.n));
}

static bool is_link(struct str s)
{
	if (take_scheme(&s, STR("http://")) || take_scheme(&s, STR("https://")))
		return has_host(s);
	if (take_scheme(&s, STR("mailto:")))
		return is_mail_address(s);
	return is_local(s);
}

err url_check(struct arena *a, struct str typed, struct url *out)
{
	typed = str_trim(typed);
	if (!is_clean(typed) || !is_link(typed))
		return ERR_INVALID;
	out->href = str_copy(a, typed);
	return OK;
}

err url_check_local(struct arena *a, struct str typed, struct url *out)
{
	typed = str_trim(typed);
	if (!is_clean(typed) || !is_local(typed))
		return ERR_INVALID;
	out->href = str_copy(a, typed);
	return OK;
}

struct str url_host(struct url link)
{
	struct str s = link.href;
	struct str host;
	struct str port;

	if (!take_scheme(&s, STR("http://")) && !take_scheme(&s, STR("https://")))
		return STR("");
	split_port(authority_of(s), &host, &port);
	return host;
}

static void add_part(struct buf *b, const struct url_part *part)
{
	if (part->is_text)
		buf_add_url(b, part->text);
	else
		buf_add_i64(b, part->number);
}

struct url url_format_parts(struct arena *a, struct str pattern, const struct url_part *parts,
			    size_t count)
{
	struct str rest = pattern;
	struct buf built;
	size_t used = 0;
	ptrdiff_t at;

	buf_init(&built, a, pattern.n + 24 * count + 1);
	while ((at = str_find(rest, STR("{}"))) >= 0) {
		if (used == count)
			BUG("\"" STR_FMT "\" has more {} than %zu", STR_ARG(pattern), count);
		buf_add(&built, str_slice(rest, 0, (size_t)at));
		add_part(&built, &parts[used++]);
		rest = str_slice(rest, (size_t)at + 2, rest.n);
	}
	if (used != count)
		BUG("\"" STR_FMT "\" has %zu {} for %zu values", STR_ARG(pattern), used, count);
	buf_add(&built, rest);
	return (struct url){ buf_str(&built) };
}
