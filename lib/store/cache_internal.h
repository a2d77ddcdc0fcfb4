/*
 * What the cache*.c files share: the connection, the commands waiting to be sent, and
 * replies as they lie in the arena. Nobody else includes this.
 */
#ifndef STORE_CACHE_INTERNAL_H
#define STORE_CACHE_INTERNAL_H

#include <hiredis/hiredis.h>

#include "store/cache.h"

#define CACHE_SHA_SIZE 40

enum cache_kind {
	CACHE_KIND_NIL,
	CACHE_KIND_INT,
	CACHE_KIND_TEXT,
	CACHE_KIND_ARRAY,
	CACHE_KIND_ERROR
};

/* A stream read in bulk has ten of these for an entry, so they are small. */
struct cache_reply {
	enum cache_kind kind; /* tells which of these it is */
	union {
		int64_t number;
		struct str text; /* also the text of an error */
		struct {
			struct cache_reply *items;
			size_t count;
		} array;
	} is;
};

/* What is known of a script. Its SHA-1 is the server's answer to SCRIPT LOAD. */
struct cache_known {
	const struct cache_script *script;
	char sha[CACHE_SHA_SIZE];
	bool is_known;
	bool is_queued; /* a SCRIPT LOAD waits to be sent */
};

enum cache_use { CACHE_USE_PLAIN, CACHE_USE_SCRIPT, CACHE_USE_LOAD };

/* A command whose reply is awaited. */
struct cache_pending {
	enum cache_use use;
	struct cache_reply *reply; /* where it goes */
	size_t known;              /* for scripts: which */
	size_t arguments;          /* of a script call, after the script itself */
	size_t start, tail, end;   /* its bytes in out; those after the script begin at tail */
	bool is_to_resend;
	bool may_wait;
};

struct cache_bytes {
	char *p;
	size_t n, room;
};

struct cache {
	struct arena *own; /* holds the address */
	char *host, *socket, *password;
	int port;
	redisContext *connection; /* NULL: not connected. Only connecting is hiredis' work */
	redisReader *reader;
	struct arena *arena; /* where replies of this request go */
	struct cache_bytes out;
	struct cache_pending *pending;
	size_t pending_n, pending_room;
	bool is_kept; /* pending ones go with the next request's */
	size_t sent;  /* bytes of out that went early ... */
	err sent_how; /* ... or did not */
	struct cache_known *scripts;
	size_t scripts_n;
	int64_t retry_at; /* clock_ticks */
	int64_t used_at;  /* clock_ticks of the last answer */
	int64_t extra_ms; /* of the next flush */
	bool is_down;     /* the outage was logged */
	unsigned count;
};

/* Bytes of the protocol. */
void cache_put_head(struct cache_bytes *b, size_t arguments);
void cache_put_text(struct cache_bytes *b, struct str s);
void cache_put_int(struct cache_bytes *b, int64_t n);
void cache_put_raw(struct cache_bytes *b, const char *p, size_t n);
void cache_put_args(struct cache_bytes *b, struct cache_args args);

/* Parsing straight into the arena; the reader's private data is the struct cache. */
redisReader *cache_reader_new(struct cache *c);

struct cache_pending *cache_add_pending(struct cache *c);

/* The connection: connected with every known script loaded, or ERR_UNAVAILABLE. */
err cache_ready(struct cache *c) MUST_CHECK;
void cache_drop(struct cache *c);
err cache_send(struct cache *c, const char *p, size_t n) MUST_CHECK;
err cache_receive(struct cache *c, int64_t deadline, struct cache_reply **out) MUST_CHECK;
/* Log once per outage, close, and let the next attempts fail at once for a while. */
err cache_fail(struct cache *c, const char *what, const char *why);

void cache_learn_sha(struct cache *c, const struct cache_pending *p);
void cache_put_eval(struct cache *c, struct cache_bytes *b, const struct cache_pending *p);

#endif
