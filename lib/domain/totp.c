/* TOTP, by liboath. */
#include "domain/totp.h"

#include <liboath/oath.h>

#include "base/buf.h"

#define DIGITS 6
#define GROUP 4

static uint64_t step_of(int64_t now_ms)
{
	return (uint64_t)(now_ms / 1000 / TOTP_STEP_SECONDS);
}

bool totp_match(struct str secret, int64_t now_ms, struct str digits, int64_t *step)
{
	char code[DIGITS + 1] = { 0 };
	uint64_t now = step_of(now_ms);
	uint64_t first = now < TOTP_WINDOW ? 0 : now - TOTP_WINDOW;
	size_t window = (size_t)(now + TOTP_WINDOW - first);
	int found;

	if (digits.n != DIGITS || !secret.n)
		return false;
	memcpy(code, digits.p, DIGITS);
	found = oath_hotp_validate(secret.p, secret.n, first, window, code);
	if (found < 0)
		return false;
	*step = (int64_t)first + found;
	return true;
}

struct str totp_code(struct arena *a, struct str secret, int64_t now_ms)
{
	char code[DIGITS + 1];

	if (oath_hotp_generate(secret.p, secret.n, step_of(now_ms), DIGITS, false,
			       OATH_HOTP_DYNAMIC_TRUNCATION, code))
		BUG("liboath cannot make a code");
	return str_copy(a, str_from_c(code));
}

static struct str base32(struct arena *a, struct str secret)
{
	char *text;
	size_t n;
	struct str copy;

	if (oath_base32_encode(secret.p, secret.n, &text, &n))
		BUG("liboath cannot encode");
	copy = str_copy(a, (struct str){ text, n });
	free(text); /* NOLINT: liboath allocates it */
	while (copy.n && copy.p[copy.n - 1] == '=')
		copy.n--;
	return copy;
}

struct str totp_key_text(struct arena *a, struct str secret)
{
	struct str key = base32(a, secret);
	struct buf b;
	size_t i;

	buf_init(&b, a, 2 * key.n + 1);
	for (i = 0; i < key.n; i += GROUP) {
		if (i)
			buf_add_char(&b, ' ');
		buf_add(&b, str_slice(key, i, i + GROUP));
	}
	return buf_str(&b);
}

struct str totp_uri(struct arena *a, struct str secret, struct str site, struct str name)
{
	struct buf b;

	buf_init(&b, a, 256);
	BUF_LIT(&b, "otpauth://totp/");
	buf_add_url(&b, site);
	BUF_LIT(&b, ":");
	buf_add_url(&b, name);
	BUF_LIT(&b, "?secret=");
	buf_add(&b, base32(a, secret));
	BUF_LIT(&b, "&issuer=");
	buf_add_url(&b, site);
	BUF_LIT(&b, "&algorithm=SHA1&digits=6&period=30");
	return buf_str(&b);
}
