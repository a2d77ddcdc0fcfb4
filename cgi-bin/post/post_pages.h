/*
 * The post binary: its handlers, and the views its templates show. Reading is
 * open to guests; everything that writes needs a login.
 */
#ifndef POST_PAGES_H
#define POST_PAGES_H

#include "domain/comment.h"
#include "domain/post.h"
#include "domain/post_list.h"
#include "domain/reaction.h"
#include "web/app.h"
#include "web/rows.h"

/* templates/post/list.html */
struct list_view {
	struct str heading;
	bool is_hot, is_new, is_featured;
	struct row_views rows;
	struct pager_view pager;
	bool is_first_page;
	bool is_guest;
};

/* Somebody's face. */
struct face_view {
	int64_t id;
	struct url avatar;
};

/* One comment with what hangs below it; templates/post/comment.html draws it and calls itself. */
struct comment_view;
struct comment_views {
	struct comment_view *items;
	size_t count;
};
struct comment_view {
	int64_t id;
	struct str author_name;
	int64_t author_id;
	int level;
	struct url avatar;  /* first level only: empty below */
	struct str to_name; /* whom it answers; empty when that is plain from where it stands */
	struct html body;
	struct when written;
	bool is_edited, is_deleted, is_liked;
	int64_t likes;
	bool can_react;         /* the viewer is logged in */
	bool can_change;        /* edit and delete */
	int64_t hidden_replies; /* "show 12 more replies" */
	struct comment_views replies;
};

/* A form for a comment, empty or shown again with what is wrong. */
struct comment_form_view {
	int64_t post_id;
	int64_t parent_id;   /* 0: answers the post */
	struct str reply_to; /* whose comment it answers; empty for the post */
	struct str body;
	struct str error;    /* empty: nothing is wrong */
	struct html preview; /* empty: none was asked for */
	bool is_wanted;      /* one came here to write */
};

/* templates/post/article.html */
struct article_view {
	int64_t id;
	struct str title;
	struct html body;
	struct str author_name;
	int64_t author_id;
	int level;
	struct url avatar;
	struct when written, edited; /* edited 0: never */
	int64_t version;
	bool is_pinned, is_featured, is_interesting;
	bool is_guest, is_live;
	bool can_change, can_moderate;
	/* votes and likes */
	int64_t votes, likes;
	bool can_vote, has_voted, is_vote_closed, is_own, has_liked;
	struct {
		struct face_view *items;
		size_t count;
	} likers;
	/* comments */
	int64_t comments;
	bool is_best, is_newest, is_oldest;
	struct comment_views roots;
	struct url next, login, here;
	struct comment_form_view form;
};

/* templates/post/diff.html: what differs between two texts; no runs when they are equal */
struct diff_run_view {
	struct str lines;
	bool is_removed, is_added; /* neither: both texts have them */
	int64_t skipped;           /* so many equal lines are left out here; 0: these are not */
};
struct diff_view {
	struct {
		struct diff_run_view *items;
		size_t count;
	} runs;
	bool is_rough; /* too different to be compared in full */
};

/* templates/post/form.html: a new post, or an edit */
struct form_view {
	int64_t id; /* 0: a new post */
	struct url action, preview_action, draft_action, draft_delete;
	struct str title, body;
	int64_t version; /* the edit starts from; 0 for a new post */
	struct str title_error, body_error;
	bool has_errors;
	struct html preview;
	struct str preview_title;
	bool is_preview;
	struct when draft_saved; /* 0: not from a draft */
	bool is_conflict;        /* another edit came first: theirs is shown beside */
	struct str their_title, their_body;
	bool is_title_other;
	struct diff_view diff; /* from theirs to the text in the form */
};

/* templates/post/history.html */
struct revision_view {
	int64_t version;
	struct str editor_name;
	int64_t editor_id;
	struct str title;
	struct when written;
	bool is_current;
};
struct history_view {
	int64_t id;
	struct str title;
	struct {
		struct revision_view *items;
		size_t count;
	} revisions;
};

/* templates/post/revision.html */
struct revision_page_view {
	int64_t id, version;
	struct str title, body;
	struct str editor_name;
	int64_t editor_id;
	struct when written;
};

/* templates/post/confirm.html: "delete this?", for people without script as well */
struct confirm_view {
	struct url action, back;
	struct str question;
	struct str quote; /* the beginning of what would go */
	bool asks_reason; /* a moderator deletes someone else's */
	struct str reason, reason_error;
};

/* templates/post/thread.html: one comment and its replies */
struct thread_view {
	int64_t post_id;
	struct str post_title;
	struct comment_views roots; /* one */
	int64_t parent_id;          /* what it answers; 0 on the first level */
	struct url next;
	bool is_guest;
	bool is_closed; /* deleted: it cannot be answered */
	struct url login, here;
	struct comment_form_view form;
};

/* templates/post/answer.html: a comment on a post, on a page of its own */
struct answer_view {
	int64_t post_id;
	struct str post_title;
	struct comment_form_view form;
};

/* templates/post/comment_edit.html */
struct comment_edit_view {
	int64_t id, post_id, version;
	struct str body, error;
	bool is_conflict;
	struct str their_body;
	struct diff_view diff;
};

/* templates/post/likers.html */
struct liker_view {
	struct str name;
	int64_t id;
	struct url avatar;
	int level;
};
struct likers_view {
	int64_t id;
	struct str title;
	struct {
		struct liker_view *items;
		size_t count;
	} likers;
};

/* lists: list_pages.c */
void list_prepare(struct req *r);
err list_page(struct req *r);

/* articles and their versions: article_pages.c */
void article_prepare(struct req *r);
err article_page(struct req *r);
err history_page(struct req *r);
err revision_page(struct req *r);

/* writing posts: post_write.c */
err post_new_page(struct req *r);
err post_create_action(struct req *r);
err post_preview_action(struct req *r);
err post_draft_action(struct req *r);
err post_edit_page(struct req *r);
err post_edit_action(struct req *r);

/* deleting a post or a draft, pinning, featuring: post_manage.c */
err post_delete_page(struct req *r);
err post_delete_action(struct req *r);
err draft_delete_page(struct req *r);
err draft_delete_action(struct req *r);
err post_pin_action(struct req *r);
err post_feature_action(struct req *r);

/* A question that is answered with a button: its page, and the reason a moderator has to give.
 * False when that is missing or too long; the view then says so. */
err confirm_show(struct req *r, int status, const struct confirm_view *view) MUST_CHECK;
bool confirm_read(struct req *r, struct confirm_view *view);

/* votes and likes: reactions.c */
err vote_action(struct req *r);
err post_like_action(struct req *r);
err comment_like_action(struct req *r);
err likers_page(struct req *r);

/* comments: comment_pages.c */
err thread_page(struct req *r);
err reply_page(struct req *r);
err comment_create_action(struct req *r);
err comment_preview_action(struct req *r);
err comment_edit_page(struct req *r);
err comment_edit_action(struct req *r);
err comment_delete_page(struct req *r);
err comment_delete_action(struct req *r);

/* feeds: feeds.c */
err feed_page(struct req *r);
err post_feed_page(struct req *r);

/* what differs between two texts: diff_view.c */
struct diff_view diff_view_from(struct req *r, struct str from, struct str to);

/* views of comments, for the article and the thread: comment_views.c */
struct comment_views comment_views_from(struct req *r, const struct comment_refs *refs);

/* The link to log in and come back to this page. */
struct url login_link(struct req *r);

/* The number in a form field that says what a button sets: 0 or 1. ERR_INVALID for anything else.
 */
err form_switch(struct req *r, bool *is_on) MUST_CHECK;

#endif
