/*
 * What the user*.c files share: the columns of a user, names and addresses in the form they are
 * compared in, password hashes. Nobody else includes this.
 */
#ifndef DOMAIN_USER_INTERNAL_H
#define DOMAIN_USER_INTERNAL_H

#include "domain/user.h"

/* What user_read_row reads, in that order; the table is called u. */
#define USER_COLUMNS \
	"u.user_id, u.user_no, u.username, u.avatar, u.bio, u.role, u.state, u.level, u.posts," \
	" u.followers, u.following, u.created_at, u.email, u.zone, u.language"
#define USER_COLUMN_COUNT 15

void user_read_row(struct user *u, const struct db_rows *rows);

/* One user by id, whatever the state. ERR_NOT_FOUND. */
err user_find_any(struct ctx *c, int64_t id, struct user *out) MUST_CHECK;

/* An address as it is compared: ASCII letters in lower case. */
struct str user_email_fold(struct arena *a, struct str email);

/* The account that proved this address; *id_out is 0 when none did. */
err user_email_owner(struct ctx *c, struct str email_folded, int64_t *id_out) MUST_CHECK;

/*
 * Whether first_pass belongs to hash: ERR_AUTH when not. A hash that is none (empty: no such
 * account; or an account without a password) is never right and takes as long. ERR_UNAVAILABLE when
 * too many are hashed already.
 */
err user_password_check(struct str hash, struct str first_pass) MUST_CHECK;

/* The hash was made with weaker parameters than today's. */
bool user_password_is_outdated(struct arena *a, struct str hash);

#endif
