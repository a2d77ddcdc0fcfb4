/*
 * The pages for goods: what is on offer in sales.
 */
#ifndef GOODS_PAGES_H
#define GOODS_PAGES_H

#include "admin/admin_pages.h"
#include "domain/goods.h"

/* templates/admin/goods.html */
struct goods_row_view {
	int64_t id;
	struct str name, excerpt, price;
	struct url picture;
	struct when made;
};
struct goods_list_view {
	struct admin_tabs tabs;
	struct {
		struct goods_row_view *items;
		size_t count;
	} rows;
	struct pager_view pager;
	bool is_first_page;
};

/* templates/admin/goods_form.html: new goods, or an edit. */
struct goods_form_view {
	int64_t id;      /* 0: new ones */
	int64_t version; /* the edit starts from */
	struct url action, preview_action;
	struct str name, price, body;
	struct str name_error, price_error, body_error;
	struct html preview;
	struct str preview_price; /* as it will be shown, whatever way it was typed */
	struct str their_name, their_price, their_body;
	struct url picture;       /* empty while there is none */
	struct str picture_error; /* of a file that was sent */
	bool has_errors, is_preview;
	bool is_conflict; /* another edit came first: theirs is shown beside */
	bool has_picture_form;
	bool is_picture_coming, is_picture_refused; /* what became of the last upload */
	struct admin_tabs tabs;
};

/* goods_read.c */
err goods_list_page(struct req *r);
err goods_new_page(struct req *r);
err goods_edit_page(struct req *r);
err goods_delete_page(struct req *r);

/* goods_write.c */
err goods_create_action(struct req *r);
err goods_preview_action(struct req *r);
err goods_edit_action(struct req *r);
err goods_delete_action(struct req *r);

/* The form with the view's texts and, for an edit, the picture of what it changes. errors may be
 * NULL. */
err goods_form_show(struct req *r, int status, struct goods_form_view *view,
		    const struct field_errors *errors) MUST_CHECK;

/* The question whether to delete it; problem is why it could not be done, NULL when nothing is
 * known against it. */
err goods_ask_delete(struct req *r, int status, const char *problem) MUST_CHECK;

/* goods_pictures.c */
err goods_picture_action(struct req *r);
err goods_picture_remove_action(struct req *r);

/* Where a small version of the picture is; empty when there is none. */
struct url goods_picture(struct req *r, struct str picture);

/* The form with what is saved, and the one for the picture; picture_problem (may be NULL) is what
 * is wrong with a file that was sent. */
err goods_show_saved(struct req *r, int status, const char *picture_problem) MUST_CHECK;

#endif
