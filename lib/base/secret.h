/*
 * Random bytes and keyed hashes, by libsodium. Everything a stranger must not
 * guess comes from here.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/str.h"

#define SECRET_KEY_SIZE 32

/* Must be called once before the others; aborts when libsodium cannot start. */
void secret_open(void);

void secret_random(void *out, size_t size);
/* 0 <= result < limit, uniform. */
uint32_t secret_random_below(uint32_t limit);

/* size random bytes as base64url without padding (22 characters for 16, 43 for 32). */
struct str secret_token(struct arena *a, size_t size);

/* BLAKE2b-256 of the text as 64 hex digits. */
struct str secret_hash(struct arena *a, struct str text);

/* Keyed BLAKE2b-256 of the parts, each length-prefixed, as 43 characters of base64url. */
struct str secret_mac(struct arena *a, const unsigned char key[SECRET_KEY_SIZE],
		      const struct str *parts, size_t count);

/*
 * The text encrypted for ourselves (XSalsa20-Poly1305), as base64url: what lies in a table or a
 * queue is worth nothing without the key. The same context opens it again, no other does: what was
 * sealed in one place is of no use in another.
 */
struct str secret_seal(struct arena *a, const unsigned char key[SECRET_KEY_SIZE],
		       struct str context, struct str text);
/* False when it is not ours, or was changed. */
bool secret_unseal(struct arena *a, const unsigned char key[SECRET_KEY_SIZE], struct str context,
		   struct str sealed, struct str *out) MUST_CHECK;
/* HMAC-SHA256 of the text as 64 hex digits: what others can check, too. */
struct str secret_hmac_sha256(struct arena *a, const unsigned char key[SECRET_KEY_SIZE],
			      struct str text);

/* A key for a purpose, made of another key; who has one does not know the other. */
void secret_derive(const unsigned char key[SECRET_KEY_SIZE], struct str purpose,
		   unsigned char out[SECRET_KEY_SIZE]);

/* Equal, in time that depends on the lengths only. */
bool secret_is_equal(struct str a, struct str b);

/* Of the base64url alphabet, n characters long. */
bool secret_is_token(struct str s, size_t n);

#endif
