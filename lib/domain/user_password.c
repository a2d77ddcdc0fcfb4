/* Passwords: what they may be, and how they are kept. */
#include "domain/user_internal.h"

#include <sodium.h>

#include "base/log.h"
#include "base/utf8.h"
#include "domain/common_passwords.h"
#include "domain/hash_slot.h"
#include "html/text.h"

/*
 * OWASP's first choice for argon2id: 19 MiB, two passes, one lane. Some 25 ms. How
 * many run at once: domain/hash_slot.h. Raise the numbers and each password is hashed anew at its
 * next login.
 */
#define HASH_PASSES 2
#define HASH_BYTES (19 * 1024 * 1024)

#define SALT "plaza-first-pass:"

/* What an account that does not exist is checked against: parameters as above, the hash of nothing
 * known. */
#define NOBODY \
	"$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5a25vd3N0aGlzIQ$" \
	"Wm2vBnHcUEpPmnaqcV6GzRjQ7P5lZ3W0mEQ3iXq1u9E"

struct str user_first_pass(struct arena *a, struct str password)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	char hex[2 * sizeof(hash) + 1];

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)SALT, sizeof(SALT) - 1);
	crypto_hash_sha256_update(&state, (const unsigned char *)password.p, password.n);
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	return str_copy(a, str_from_c(hex));
}

err user_password_hash(struct arena *a, struct str first_pass, struct str *out)
{
	char hash[crypto_pwhash_STRBYTES];
	bool is_made;
	int slot;
	err e = hash_slot_take(&slot);

	if (e)
		return e;
	is_made = !crypto_pwhash_str_alg(hash, first_pass.p, first_pass.n, HASH_PASSES, HASH_BYTES,
					 crypto_pwhash_ALG_ARGON2ID13);
	hash_slot_release(slot);
	if (!is_made) {
		log_error("password: no memory to hash one");
		return ERR_UNAVAILABLE;
	}
	*out = str_copy(a, str_from_c(hash));
	return OK;
}

err user_password_check(struct str hash, struct str first_pass)
{
	char checked[crypto_pwhash_STRBYTES] = NOBODY;
	bool is_hash = str_starts(hash, STR("$argon2id$")) && hash.n < sizeof(checked), is_right;
	int slot;
	err e = hash_slot_take(&slot);

	if (e)
		return e;
	if (is_hash) {
		memset(checked, 0, sizeof(checked));
		memcpy(checked, hash.p, hash.n);
	}
	is_right = !crypto_pwhash_str_verify(checked, first_pass.p, first_pass.n) && is_hash;
	hash_slot_release(slot);
	return is_right ? OK : ERR_AUTH;
}

bool user_password_is_outdated(struct arena *a, struct str hash)
{
	return crypto_pwhash_str_needs_rehash(str_c(a, hash), HASH_PASSES, HASH_BYTES) == 1;
}

/* Texts close to the owner, folded: the name, the address, the parts of the address. */
static size_t own_texts(struct arena *a, struct str name, struct str email, struct str own[3])
{
	ptrdiff_t at = str_find_byte(email, '@');
	struct str list[3];
	size_t i, count = 0;

	list[0] = name;
	list[1] = email;
	list[2] = at > 0 ? str_slice(email, 0, (size_t)at) : (struct str){ 0 };
	for (i = 0; i < ARRAY_LEN(list); i++)
		if (list[i].n && !utf8_fold(a, list[i], &own[count]))
			count++;
	return count;
}

const char *user_password_problem(struct ctx *c, struct str password, struct str name,
				  struct str email)
{
	size_t length = utf8_count(password);
	struct str folded, own[3];
	size_t own_count;

	if (length < USER_PASSWORD_MIN)
		return N_("A password has at least 12 characters.");
	if (length > USER_PASSWORD_MAX)
		return N_("A password has at most 128 characters.");
	if (utf8_fold(c->arena, password, &folded))
		return N_("This password is too easy to guess.");
	own_count = own_texts(c->arena, name, email, own);
	if (common_password_pieces(folded, own, own_count) < COMMON_PIECES_MIN)
		return N_("This password is too easy to guess.");
	return NULL;
}
