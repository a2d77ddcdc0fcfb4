/*
 * The demo data while it is made: people, posts and comments in memory, written to MariaDB at the
 * end in one transaction. The same seed and the same texts give the same site, at times relative to
 * now.
 */
#ifndef DEMO_H
#define DEMO_H

#include "demo_stock.h"
#include "domain/program.h"

#define DEMO_SEED UINT64_C(20240131)
#define DEMO_USERS 260
#define DEMO_POSTS 2100
#define DEMO_COMMENTS 20500
#define DEMO_FEATURED 20
#define DEMO_BUYERS 64 /* of the sale that ended */
#define DEMO_PINNED 2
#define DEMO_DAYS 120
#define DEMO_TOPICS_MAX 32
#define DEMO_TREE_DEPTH 8

enum demo_language { DEMO_ZH, DEMO_EN, DEMO_LANGUAGES };

/* The accounts one logs in with; the first users. */
enum { DEMO_ADMIN, DEMO_MODERATOR, DEMO_MEMBER, DEMO_ACCOUNTS };
extern const char *const demo_account_names[DEMO_ACCOUNTS];

struct demo_user {
	int64_t id;
	struct str name, bio;
	enum demo_language language;
	enum role role;
	int64_t created_at; /* Unix ms, as all times here */
	int64_t posts, comments;
	double activity; /* how likely this one is the author, against the others */
};

struct demo_reaction {
	int user; /* index */
	int64_t at;
};

struct demo_reactions {
	struct demo_reaction *items;
	size_t count;
};

struct demo_comment {
	int64_t id, root_id, parent_id;
	int parent; /* index among the post's comments; -1 on the first level */
	int root;   /* index, its own on the first level */
	int reply_no, replies, depth;
	int author, to; /* users; to is -1 on the first level */
	struct str md;
	int64_t created_at, edited_at, deleted_at;
	struct demo_reactions likes;
};

struct demo_post {
	int64_t id;
	int author;
	struct story story;
	bool is_question;
	struct str title, md, first_md; /* first_md: before the edit; empty when there was none */
	int64_t created_at, edited_at, pinned_at, featured_at;
	double quality;  /* how much people like it: 1 is usual */
	size_t wanted;   /* comments it gets */
	bool is_counted; /* exactly so many: none of them is deleted */
	struct demo_reactions votes, likes;
	struct {
		struct demo_comment *items;
		size_t count;
	} comments;
};

struct demo {
	struct arena *arena;
	struct chance chance;
	int64_t now;
	const char *folder; /* of the texts */
	struct stock general[DEMO_LANGUAGES];
	struct stock topics[DEMO_TOPICS_MAX];
	size_t topic_count;
	struct demo_user users[DEMO_USERS];
	struct demo_post posts[DEMO_POSTS];
	uint64_t ids_made;
};

/* Read the texts below the folder. ERR_INVALID after a message. */
err demo_read_stock(struct demo *d) MUST_CHECK;

/* The people; needs the stock. */
void demo_make_people(struct demo *d);
/* Somebody who was there at that time, the busier the likelier; of that language for the most part.
 */
int demo_choose_author(struct demo *d, int64_t at, enum demo_language language);

/* When posts are written: their times, qualities, and how many comments each gets. */
void demo_plan_posts(struct demo *d);

/* Title and body of each post; its author is chosen. */
void demo_write_posts(struct demo *d);

/* The comments of a post, as trees, oldest first. */
void demo_write_comments(struct demo *d, struct demo_post *p);

/* Who votes and likes, and when. */
void demo_make_reactions(struct demo *d);

/* An id as a process would have made it at that time. */
int64_t demo_id(struct demo *d, int64_t at);

enum demo_language demo_language_of(const struct stock *topic);

/* Goods and their sales, from goods.md: one sale that ended, one open, some to come. buyers: the
 * people who bought. */
err demo_load_sales(struct ctx *c, const char *folder, int64_t admin_id, const int64_t *buyers,
		    size_t buyer_count) MUST_CHECK;

/* Everything into MariaDB, in one transaction. password_hash is the accounts'. */
err demo_load(struct ctx *c, struct demo *d, struct str password_hash) MUST_CHECK;

#endif
