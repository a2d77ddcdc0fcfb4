/* The site binary: what belongs to no feature: health, robots, the site map, about, language, drawn
 * faces. */
#ifndef SITE_PAGES_H
#define SITE_PAGES_H

#include "web/app.h"

/* templates/site/about.html */
struct about_view {
	struct str site_name;
	bool is_guest;
};

/* templates/site/avatar.html: a face for somebody without a picture, drawn from the id. */
struct avatar_view {
	struct str ink, paper; /* colours */
	struct str path;       /* the squares that are filled */
};

/* A mail in the list of templates/site/outbox.html. */
struct outbox_row {
	struct url link;
	struct str to, subject;
	struct when written;
};
struct outbox_view {
	struct {
		struct outbox_row *items;
		size_t count;
	} mails;
};

/* A stretch of a mail's text: a link, or not. */
struct mail_part {
	struct str text;
	struct url link; /* empty for plain text */
};

/* templates/site/mail.html */
struct mail_view {
	struct str from, to, subject, date;
	struct {
		struct mail_part *items;
		size_t count;
	} parts;
};

/* health.c */
err healthz_page(struct req *r);
err readyz_page(struct req *r);
err metrics_page(struct req *r);

/* plain.c */
err robots_page(struct req *r);
err sitemap_page(struct req *r);
err about_page(struct req *r);
err language_action(struct req *r);
err avatar_page(struct req *r);

/* outbox.c: in development, the mails that were not sent anywhere. */
err outbox_page(struct req *r);
err mail_page(struct req *r);

#endif
