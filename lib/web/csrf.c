/* Tokens of forms. */
#include "web/csrf.h"

#define START_BYTES 15
#define START_LENGTH 20
#define MAC_LENGTH 43
#define TOKEN_LENGTH (CSRF_FORM_ID_LENGTH + 1 + MAC_LENGTH)

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct str make_mac(struct arena *a, const unsigned char *secret, struct str binding,
			   struct str start)
{
	const struct str parts[] = { STR("csrf"), binding, start };

	return secret_mac(a, secret, parts, ARRAY_LEN(parts));
}

struct str csrf_next(struct csrf_page *page, struct arena *a,
		     const unsigned char secret[SECRET_KEY_SIZE], struct str binding)
{
	char *token = arena_alloc(a, TOKEN_LENGTH + 1);
	unsigned number;

	if (!page->start.n) {
		page->start = secret_token(a, START_BYTES);
		page->mac = make_mac(a, secret, binding, page->start);
	}
	number = page->forms++ % CSRF_FORMS_MAX;
	memcpy(token, page->start.p, START_LENGTH);
	token[START_LENGTH] = digits[number / 64];
	token[START_LENGTH + 1] = digits[number % 64];
	token[CSRF_FORM_ID_LENGTH] = '.';
	memcpy(token + CSRF_FORM_ID_LENGTH + 1, page->mac.p, MAC_LENGTH);
	return (struct str){ token, TOKEN_LENGTH };
}

bool csrf_check(struct arena *a, const unsigned char secret[SECRET_KEY_SIZE], struct str binding,
		struct str token, struct str *form_id)
{
	struct str id = str_slice(token, 0, CSRF_FORM_ID_LENGTH);
	struct str mac = str_slice(token, CSRF_FORM_ID_LENGTH + 1, token.n);

	if (!binding.n || token.n != TOKEN_LENGTH || token.p[CSRF_FORM_ID_LENGTH] != '.' ||
	    !secret_is_token(id, CSRF_FORM_ID_LENGTH))
		return false;
	if (!secret_is_equal(mac, make_mac(a, secret, binding, str_slice(id, 0, START_LENGTH))))
		return false;
	*form_id = id;
	return true;
}
