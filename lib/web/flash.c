/* The message on the next page. */
#include "web/flash.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "http/form.h"

#define MAC_LENGTH 43

static struct str make_mac(struct arena *a, const unsigned char *secret, struct str text)
{
	const struct str parts[] = { STR("flash"), text };

	return secret_mac(a, secret, parts, ARRAY_LEN(parts));
}

/* At most FLASH_TEXT_MAX bytes, not cut inside a character. */
static struct str cut(struct str text)
{
	struct str rest = text;
	struct str kept = { text.p, 0 };
	uint32_t code_point;

	while (utf8_next(&rest, &code_point) && text.n - rest.n <= FLASH_TEXT_MAX)
		kept.n = text.n - rest.n;
	return kept;
}

struct str flash_seal(struct arena *a, const unsigned char secret[SECRET_KEY_SIZE], struct str text)
{
	struct buf out;

	text = cut(text);
	buf_init(&out, a, 3 * text.n + MAC_LENGTH + 2);
	buf_add(&out, make_mac(a, secret, text));
	buf_add_char(&out, '.');
	buf_add_url(&out, text);
	return buf_str(&out);
}

struct str flash_open(struct arena *a, const unsigned char secret[SECRET_KEY_SIZE],
		      struct str cookie)
{
	struct str mac = str_slice(cookie, 0, MAC_LENGTH);
	struct str encoded = str_slice(cookie, MAC_LENGTH + 1, cookie.n);
	struct str pair;
	struct form form;

	if (cookie.n <= MAC_LENGTH || cookie.p[MAC_LENGTH] != '.' ||
	    encoded.n > (size_t)3 * FLASH_TEXT_MAX)
		return (struct str){ 0 };
	pair = str_format(a, "t=" STR_FMT, STR_ARG(encoded));
	if (form_parse_urlencoded(a, pair, &form) ||
	    !secret_is_equal(mac, make_mac(a, secret, form_get(&form, "t"))))
		return (struct str){ 0 };
	return form_get(&form, "t");
}
