/* Random bytes and keyed hashes. */
#include "base/secret.h"

#include <sodium.h>

#define HASH_SIZE 32

void secret_open(void)
{
	if (sodium_init() < 0)
		BUG("libsodium cannot start");
}

void secret_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

uint32_t secret_random_below(uint32_t limit)
{
	return randombytes_uniform(limit);
}

static struct str to_base64(struct arena *a, const unsigned char *bytes, size_t size)
{
	size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *p = arena_alloc(a, room);

	sodium_bin2base64(p, room, bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return (struct str){ p, room - 1 };
}

struct str secret_token(struct arena *a, size_t size)
{
	unsigned char *bytes = arena_alloc(a, size);

	secret_random(bytes, size);
	return to_base64(a, bytes, size);
}

struct str secret_hash(struct arena *a, struct str text)
{
	unsigned char hash[HASH_SIZE];
	char *p = arena_alloc(a, 2 * HASH_SIZE + 1);

	if (crypto_generichash(hash, sizeof(hash), (const unsigned char *)text.p, text.n, NULL, 0))
		BUG("libsodium cannot hash");
	sodium_bin2hex(p, 2 * HASH_SIZE + 1, hash, sizeof(hash));
	return (struct str){ p, 2 * HASH_SIZE };
}

struct str secret_mac(struct arena *a, const unsigned char key[SECRET_KEY_SIZE],
		      const struct str *parts, size_t count)
{
	unsigned char hash[HASH_SIZE];
	crypto_generichash_state state;
	size_t i;

	if (crypto_generichash_init(&state, key, SECRET_KEY_SIZE, sizeof(hash)))
		BUG("libsodium cannot hash");
	for (i = 0; i < count; i++) {
		/* The length in front, or ("ab", "c") would give what ("a", "bc") gives. */
		unsigned char length[8];
		size_t k;

		for (k = 0; k < sizeof(length); k++)
			length[k] = (unsigned char)((uint64_t)parts[i].n >> (8 * k));
		crypto_generichash_update(&state, length, sizeof(length));
		crypto_generichash_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	return to_base64(a, hash, sizeof(hash));
}

void secret_derive(const unsigned char key[SECRET_KEY_SIZE], struct str purpose,
		   unsigned char out[SECRET_KEY_SIZE])
{
	if (crypto_generichash(out, SECRET_KEY_SIZE, (const unsigned char *)purpose.p, purpose.n,
			       key, SECRET_KEY_SIZE))
		BUG("libsodium cannot hash");
}

struct str secret_seal(struct arena *a, const unsigned char key[SECRET_KEY_SIZE],
		       struct str context, struct str text)
{
	size_t size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.n;
	unsigned char *bytes = arena_alloc(a, size);
	unsigned char own[crypto_secretbox_KEYBYTES];

	/* Of its own, so that a text sealed for one context cannot be opened as another's. */
	secret_derive(key, context, own);
	secret_random(bytes, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, (const unsigned char *)text.p,
			      text.n, bytes, own);
	sodium_memzero(own, sizeof(own));
	return to_base64(a, bytes, size);
}

bool secret_unseal(struct arena *a, const unsigned char key[SECRET_KEY_SIZE], struct str context,
		   struct str sealed, struct str *out)
{
	const size_t head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	unsigned char *bytes = arena_alloc(a, sealed.n + 1), *text;
	unsigned char own[crypto_secretbox_KEYBYTES];
	bool is_ours;
	size_t n;

	if (sodium_base642bin(bytes, sealed.n, sealed.p, sealed.n, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) ||
	    n < head)
		return false;
	text = arena_alloc(a, n - head + 1);
	secret_derive(key, context, own);
	is_ours = !crypto_secretbox_open_easy(text, bytes + crypto_secretbox_NONCEBYTES,
					      n - crypto_secretbox_NONCEBYTES, bytes, own);
	sodium_memzero(own, sizeof(own));
	if (is_ours)
		*out = (struct str){ (const char *)text, n - head };
	return is_ours;
}

struct str secret_hmac_sha256(struct arena *a, const unsigned char key[SECRET_KEY_SIZE],
			      struct str text)
{
	unsigned char hash[crypto_auth_hmacsha256_BYTES];
	char *p = arena_alloc(a, 2 * sizeof(hash) + 1);

	if (crypto_auth_hmacsha256(hash, (const unsigned char *)text.p, text.n, key))
		BUG("libsodium cannot hash");
	sodium_bin2hex(p, 2 * sizeof(hash) + 1, hash, sizeof(hash));
	return (struct str){ p, 2 * sizeof(hash) };
}

bool secret_is_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

bool secret_is_token(struct str s, size_t n)
{
	size_t i;

	if (s.n != n)
		return false;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return true;
}
