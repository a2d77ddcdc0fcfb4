/*
 * What the benchmark needs in the stores, made at one go: topics with comments, people with
 *sessions.
 *
 *	bench_data corpus DIR    users, topics and comments into an empty, migrated database; the
 *ids of the topics go to DIR/posts and the one with 200 comments to DIR/big bench_data people DIR
 *a session for each user: "cookie token" lines in DIR/members (those who wrote) and DIR/voters (all
 *others), the token being good for every form bench_data events N      N votes that nobody has cast
 *yet, into the streams, as the site would
 */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include "domain/program.h"

#define DATA_USERS 1000 /* they write */
#define DATA_TOPICS 1000
#define DATA_TOPIC_BYTES 1900
#define DATA_COMMENTS 20 /* below each topic but the last */
#define DATA_ROOTS 8
#define DATA_BIG_ROOTS 10 /* below the last one: 200 */
#define DATA_BIG_REPLIES 19
#define DATA_DAYS 6 /* the oldest topic: voting is open for all */
/* They only vote: so many that no account meets its limit, 120 in 60 s. */
#define DATA_VOTERS 6000

/* The id of a user, counted from 0: those who write, then those who vote. */
int64_t data_user(int64_t i);
/* A topic as `program p` finds it in the database; ids in the order of their making. */
err data_posts(struct program *p, int64_t *out, size_t room, size_t *count) MUST_CHECK;

err data_make_corpus(struct program *p, const char *folder) MUST_CHECK;
err data_make_people(struct program *p, const char *folder) MUST_CHECK;
err data_make_events(struct program *p, int64_t count) MUST_CHECK;

/* A text of sentences, at least so many bytes long; the same for the same number. */
struct str data_text(struct arena *a, uint64_t number, size_t bytes);
struct str data_title(struct arena *a, uint64_t number);

/* DIR/NAME for writing; ends the program when that cannot be. */
FILE *data_file(const char *folder, const char *name);

#endif
