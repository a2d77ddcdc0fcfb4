/* The post binary: lists, articles, comments, votes and likes. This table is its table of contents.
 */
#include "post/post_pages.h"

static const struct route routes[] = {
	{ HTTP_GET, "/", list_page, ROUTE_PUBLIC, NULL, list_prepare },
	{ HTTP_GET, "/posts/{id}", article_page, ROUTE_PUBLIC, NULL, article_prepare },
	{ HTTP_GET, "/posts/{id}/history", history_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/posts/{id}/history/{id}", revision_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/posts/{id}/likers", likers_page, ROUTE_PUBLIC, NULL, NULL },

	{ HTTP_GET, "/posts/new", post_new_page, 0, NULL, NULL },
	{ HTTP_POST, "/posts", post_create_action, 0, &limit_post, NULL },
	{ HTTP_POST, "/posts/preview", post_preview_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/posts/draft", post_draft_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/posts/draft/delete", draft_delete_page, 0, NULL, NULL },
	{ HTTP_POST, "/posts/draft/delete", draft_delete_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/posts/{id}/edit", post_edit_page, 0, NULL, NULL },
	{ HTTP_POST, "/posts/{id}/edit", post_edit_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/posts/{id}/preview", post_preview_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/posts/{id}/draft", post_draft_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/posts/{id}/draft/delete", draft_delete_page, 0, NULL, NULL },
	{ HTTP_POST, "/posts/{id}/draft/delete", draft_delete_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/posts/{id}/delete", post_delete_page, 0, NULL, NULL },
	{ HTTP_POST, "/posts/{id}/delete", post_delete_action, 0, &limit_edit, NULL },
	{ HTTP_POST, "/posts/{id}/pin", post_pin_action, ROUTE_MODERATOR, &limit_edit, NULL },
	{ HTTP_POST, "/posts/{id}/feature", post_feature_action, ROUTE_MODERATOR, &limit_edit,
	  NULL },

	{ HTTP_POST, "/posts/{id}/vote", vote_action, 0, &limit_react, NULL },
	{ HTTP_POST, "/posts/{id}/like", post_like_action, 0, &limit_react, NULL },
	{ HTTP_POST, "/comments/like", comment_like_action, 0, &limit_react, NULL },

	{ HTTP_GET, "/comments/{id}", thread_page, ROUTE_PUBLIC, NULL, NULL },
	{ HTTP_GET, "/reply/{id}", reply_page, 0, NULL, NULL },
	{ HTTP_POST, "/posts/{id}/comments", comment_create_action, 0, &limit_comment, NULL },
	{ HTTP_POST, "/posts/{id}/comments/preview", comment_preview_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/comments/{id}/edit", comment_edit_page, 0, NULL, NULL },
	{ HTTP_POST, "/comments/{id}/edit", comment_edit_action, 0, &limit_edit, NULL },
	{ HTTP_GET, "/comments/{id}/delete", comment_delete_page, 0, NULL, NULL },
	{ HTTP_POST, "/comments/{id}/delete", comment_delete_action, 0, &limit_edit, NULL },

	{ HTTP_GET, "/feed.atom", feed_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL, NULL },
	{ HTTP_GET, "/posts/{id}/feed.atom", post_feed_page, ROUTE_PUBLIC | ROUTE_NO_SESSION, NULL,
	  NULL },
};

int main(int argc, char **argv)
{
	return app_main(argc, argv, "post", routes, ARRAY_LEN(routes));
}
