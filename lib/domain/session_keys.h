/*
 * Where the sessions of a user lie in Redis. For session*.c only.
 */
#ifndef DOMAIN_SESSION_KEYS_H
#define DOMAIN_SESSION_KEYS_H

#include "domain/session.h"

/* What stands in front of the hash in the key of each. */
struct str session_key_prefix(struct arena *a, int64_t user_id);
/* The sorted set of their hashes. */
struct str session_list_key(struct arena *a, int64_t user_id);
/* The hash at the end of a session's key. */
struct str session_key_hash(struct str key);

#endif
