/*
 * Goods: what a sale sells. The only code that reads or writes the `goods` table.
 */
#ifndef DOMAIN_GOODS_H
#define DOMAIN_GOODS_H

#include "domain/ctx.h"
#include "html/html.h"

#define GOODS_NAME_MAX 60           /* code points */
#define GOODS_BODY_MAX 20000        /* bytes of Markdown */
#define GOODS_PRICE_MAX 99999999999 /* cents */

struct goods {
	int64_t id;
	struct str name;
	struct str body_md;    /* empty in lists, as is the next */
	struct html body_html; /* rendered when it was saved */
	struct str excerpt;
	struct str picture; /* for picture_url, PICTURE_GOODS; empty while there is none */
	int64_t price;      /* cents */
	int64_t version;
	int64_t created_at, edited_at; /* Unix ms, UTC */
};

struct goods_list {
	struct goods *items;
	size_t count;
};

/* What is typed for one. */
struct goods_text {
	struct str name, body_md;
	int64_t price; /* cents */
};

/* ERR_NOT_FOUND when there is none or it was deleted. */
err goods_find(struct ctx *c, int64_t id, struct goods *out) MUST_CHECK;

/* Newest first, those with an id below before_id (0: from the top). */
err goods_newest(struct ctx *c, int64_t before_id, int limit, struct goods_list *out) MUST_CHECK;

/* What is wrong with it, in English for the text catalogue, and at which field; NULL when nothing.
 */
const char *goods_problem(const struct goods_text *t, const char **field_out);

/*
 * Those that change something are for administrators, and the moderation log has who did it:
 * ERR_FORBIDDEN for anybody else. ERR_INVALID
 * when goods_problem has something to say, or the text is too intricate to be shown.
 */

/* Make one; the same form again gives the same id. */
err goods_create(struct ctx *c, const struct goods_text *t, struct str form_id,
		 int64_t *id_out) MUST_CHECK;

/* ERR_CONFLICT when it was edited since version. */
err goods_edit(struct ctx *c, int64_t id, int64_t version, const struct goods_text *t) MUST_CHECK;

/* ERR_CONFLICT while a draft, or a sale that has neither ended nor been closed, sells it. */
err goods_delete(struct ctx *c, int64_t id) MUST_CHECK;

#endif
