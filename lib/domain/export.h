/*
 * A copy of everything somebody wrote and did, as a zip of JSON and Markdown. Asked for on a page,
 * made by the worker `exports`, kept for EXPORT_HOURS in the folder exports of media.dir, for its
 * owner alone. One at a time for each account: a new one takes the place of the one before.
 */
#ifndef DOMAIN_EXPORT_H
#define DOMAIN_EXPORT_H

#include "domain/limit.h"

#define EXPORT_TOPIC "export.requested"
#define EXPORT_HOURS 24
#define EXPORT_GIVE_UP_MS \
	(60 * INT64_C(60000)) /* what is not made by then may be asked for again */

/* Asking for one. */
extern const struct limit_class limit_export;

enum export_state { EXPORT_WAITING, EXPORT_READY, EXPORT_FAILED };

struct export
{
	int64_t id, user_id;
	enum export_state state;
	int language;
	struct str file; /* name in that folder; empty unless ready */
	int64_t bytes;
	int64_t asked_at, ready_at, expires_at; /* Unix ms; 0 when not yet */
};

/* The viewer asks; OK and nothing new while one is being made. language: of the texts in it. */
err export_ask(struct ctx *c, int language) MUST_CHECK;

/* The viewer's. ERR_NOT_FOUND when there is none, or its time is over. */
err export_find(struct ctx *c, struct export *out) MUST_CHECK;

/* For the worker: what a message asks for. ERR_NOT_FOUND when that was made, or another was asked
 * for since; ERR_INVALID when it is no message of ours. */
err export_wanted(struct ctx *c, struct str payload, struct export *out) MUST_CHECK;

/*
 * It is made, or it cannot be (file empty): written down and the owner told by mail, in one
 * transaction. ERR_NOT_FOUND when nobody wants it any more: remove the file.
 */
err export_done(struct ctx *c, const struct export *x, struct str file, int64_t bytes) MUST_CHECK;

/* What its file is called: the same each time it is made, and nobody can guess it. */
struct str export_file(struct ctx *c, const struct export *x);
/* The whole name of a file in that folder, with a NUL behind it. */
const char *export_path(struct ctx *c, struct str file);
/* The folder is there from now on. */
err export_folder(struct ctx *c) MUST_CHECK;

/* Remove files whose time is over, and their rows: at most `limit`. */
err export_sweep(struct ctx *c, int limit, int64_t *swept) MUST_CHECK;

/* All there is of somebody who leaves. */
err export_forget(struct ctx *c, int64_t user_id) MUST_CHECK;

#endif
