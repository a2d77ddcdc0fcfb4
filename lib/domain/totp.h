/*
 * Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator
 * knows them. Nothing is stored here.
 */
#ifndef DOMAIN_TOTP_H
#define DOMAIN_TOTP_H

#include "base/str.h"

#define TOTP_SECRET_SIZE 20
#define TOTP_STEP_SECONDS 30
#define TOTP_WINDOW 1 /* steps that a clock may be off, either way */

/* Whether the six digits are the code of this time; then *step is the half minute they belong to.
 */
bool totp_match(struct str secret, int64_t now_ms, struct str digits, int64_t *step);

/* The code of a time, for tests of others. */
struct str totp_code(struct arena *a, struct str secret, int64_t now_ms);

/* The secret as people type it: base32 in groups of four. */
struct str totp_key_text(struct arena *a, struct str secret);

/* otpauth://totp/... for the picture. */
struct str totp_uri(struct arena *a, struct str secret, struct str site, struct str name);

#endif
