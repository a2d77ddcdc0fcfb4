/* Checks of configuration values. */
#include "base/config_check.h"

#include "base/num.h"
#include "base/utf8.h"

#define TITLE_MOST 60
#define SOCKET_MOST 107 /* sun_path is 108 bytes with its NUL */
#define HOST_MOST 253
#define ADDRESS_MOST 254

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-';
}

static bool is_hex_or_colon(char c)
{
	return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= ':') ||
	       c == '.';
}

static bool consists_of(struct str s, bool (*is_allowed)(char c))
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (!is_allowed(s.p[i]))
			return false;
	}
	return s.n > 0;
}

bool config_is_cashier(struct str value)
{
	return str_is(value, STR("sandbox")) || str_is(value, STR("none"));
}

bool config_is_title(struct str value)
{
	struct str rest = value;
	uint32_t code_point;
	size_t count = 0;

	while (utf8_next(&rest, &code_point)) {
		if (utf8_is_invisible(code_point) || code_point == '\t')
			return false;
		count++;
	}
	return count >= 1 && count <= TITLE_MOST;
}

bool config_is_socket(struct str value)
{
	return str_starts(value, STR("/")) && value.n <= SOCKET_MOST;
}

static bool is_name(struct str value)
{
	return value.n <= HOST_MOST && consists_of(value, is_host_char) && value.p[0] != '-' &&
	       value.p[0] != '.';
}

static bool is_ipv6(struct str value)
{
	return value.n <= 45 && str_find_byte(value, ':') >= 0 &&
	       consists_of(value, is_hex_or_colon);
}

bool config_is_host(struct str value)
{
	return is_name(value) || is_ipv6(value);
}

/* "host", "host:port", "[address]" or "[address]:port". */
static bool is_host_and_port(struct str value)
{
	struct str host = value;
	ptrdiff_t end = str_starts(value, STR("[")) ? str_find_byte(value, ']') : -1;
	ptrdiff_t colon;
	int64_t port;

	if (end >= 0) {
		if (!is_ipv6(str_slice(value, 1, (size_t)end)))
			return false;
		value = str_slice(value, (size_t)end + 1, value.n);
		if (value.n == 0)
			return true;
		return value.p[0] == ':' &&
		       num_parse_i64(str_slice(value, 1, value.n), 1, 65535, &port);
	}
	colon = str_find_byte(value, ':');
	if (colon >= 0) {
		host = str_slice(value, 0, (size_t)colon);
		if (!num_parse_i64(str_slice(value, (size_t)colon + 1, value.n), 1, 65535, &port))
			return false;
	}
	return is_name(host);
}

static bool is_after_scheme(struct str value, struct str scheme)
{
	return str_starts(value, scheme) && is_host_and_port(str_slice(value, scheme.n, value.n));
}

/* Browsers leave the usual port out of what they send: with it nothing would be equal. */
bool config_is_origin(struct str value)
{
	if (str_starts(value, STR("https://")))
		return is_after_scheme(value, STR("https://")) && !str_ends(value, STR(":443"));
	return is_after_scheme(value, STR("http://")) && !str_ends(value, STR(":80"));
}

bool config_is_smtp_url(struct str value)
{
	return is_after_scheme(value, STR("smtp://")) || is_after_scheme(value, STR("smtps://"));
}

static bool is_visible(char c)
{
	return c > ' ' && c < 0x7f;
}

bool config_is_web_address(struct str value)
{
	struct str scheme = str_starts(value, STR("https://")) ? STR("https://") : STR("http://");

	return str_starts(value, scheme) && value.n > scheme.n && consists_of(value, is_visible);
}

bool config_is_need(struct str value)
{
	return str_is(value, STR("required")) || str_is(value, STR("optional"));
}

static bool is_mailbox_char(char c)
{
	return is_host_char(c) || c == '_' || c == '+' || c == '=' || c == '~';
}

bool config_is_address(struct str value)
{
	ptrdiff_t at = str_find_byte(value, '@');

	return at > 0 && value.n <= ADDRESS_MOST &&
	       consists_of(str_slice(value, 0, (size_t)at), is_mailbox_char) &&
	       is_name(str_slice(value, (size_t)at + 1, value.n));
}

bool config_is_folder(struct str value)
{
	return value.n > 1 && value.n <= 200 && value.p[0] == '/' && str_find(value, STR("..")) < 0;
}
