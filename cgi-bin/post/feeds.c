/* Atom feeds (RFC 4287): the newest posts, and the comments of one. */
#include "post/post_pages.h"

#include "base/clock.h"

#define FEED_ENTRIES 20

static void element(struct buf *b, const char *name, struct str text)
{
	buf_addf(b, "<%s>", name);
	html_escape(b, text);
	buf_addf(b, "</%s>\n", name);
}

/* An absolute address of this site: url and path are known to be safe in a quoted attribute. */
static void link_to(struct buf *b, struct req *r, const char *relation, struct url path)
{
	buf_addf(b, "<link rel=\"%s\" href=\"", relation);
	html_escape(b, r->ctx.config->site.url);
	html_escape(b, path.href);
	BUF_LIT(b, "\"/>\n");
}

/* The id of a thing must outlive its address: a tag URI (RFC 4151) of the site's host. */
static void tag_id(struct buf *b, struct req *r, const char *kind, int64_t id)
{
	BUF_LIT(b, "<id>tag:");
	html_escape(b, url_host((struct url){ r->ctx.config->site.url }));
	buf_addf(b, ",2024:%s/%lld</id>\n", kind, (long long)id);
}

static void open_feed(struct buf *b, struct req *r, struct str title, struct url self,
		      const char *kind, int64_t id, int64_t updated)
{
	BUF_LIT(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		   "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	tag_id(b, r, kind, id);
	element(b, "title", title);
	element(b, "updated", clock_iso(r->ctx.arena, updated));
	link_to(b, r, "self", self);
}

static void add_author(struct buf *b, struct str name)
{
	BUF_LIT(b, "<author>");
	element(b, "name", name);
	BUF_LIT(b, "</author>\n");
}

/* A character XML 1.0 cannot carry would make the whole feed unreadable. */
static struct str xml_text(struct arena *a, struct str text)
{
	struct buf b;

	buf_init(&b, a, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		buf_add_char(&b, c >= 0x20 || c == '\n' || c == '\t' ? text.p[i] : ' ');
	}
	return buf_str(&b);
}

static int64_t changed_at(const struct post *p)
{
	return p->edited_at ? p->edited_at : p->created_at;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t comment_changed_at(const struct comment *c)
{
	return c->edited_at ? c->edited_at : c->created_at;
}

static void add_post(struct buf *b, struct req *r, const struct post *p)
{
	struct arena *a = r->ctx.arena;

	BUF_LIT(b, "<entry>\n");
	tag_id(b, r, "posts", p->id);
	element(b, "title", xml_text(a, p->title));
	element(b, "published", clock_iso(a, p->created_at));
	element(b, "updated", clock_iso(a, changed_at(p)));
	link_to(b, r, "alternate", url_format(a, "/posts/{}", p->id));
	add_author(b, p->author.name);
	BUF_LIT(b, "<content type=\"html\">");
	html_escape(b, xml_text(a, p->body.markup));
	BUF_LIT(b, "</content>\n</entry>\n");
}

static err send_feed(struct req *r, struct buf *b, int64_t updated)
{
	BUF_LIT(b, "</feed>\n");
	http_response_set_header(&r->out, "X-Accel-Expires", STR("1"));
	return resp_unless_known(r, STR("application/atom+xml; charset=utf-8"), buf_str(b),
				 updated);
}

err feed_page(struct req *r)
{
	struct post_bodies posts = { 0 };
	int64_t updated = 0;
	struct buf b;
	err e = post_list_feed(&r->ctx, FEED_ENTRIES, &posts);

	if (e)
		return e;
	for (size_t i = 0; i < posts.count; i++)
		updated = later(updated, changed_at(&posts.items[i]));
	buf_init(&b, r->ctx.arena, 64 * 1024);
	open_feed(&b, r, r->ctx.config->site.name, URL_LITERAL("/feed.atom"), "feed", 0, updated);
	for (size_t i = 0; i < posts.count; i++)
		add_post(&b, r, &posts.items[i]);
	return send_feed(r, &b, updated);
}

static void add_comment(struct buf *b, struct req *r, const struct post *p, const struct comment *c)
{
	struct arena *a = r->ctx.arena;
	struct str title = text_format(a, r->language, "{0} on “{1}”",
				       (const struct str[]){ c->author.name, p->title }, 2);

	if (c->is_deleted)
		return;
	BUF_LIT(b, "<entry>\n");
	tag_id(b, r, "comments", c->id);
	element(b, "title", xml_text(a, title));
	element(b, "updated", clock_iso(a, comment_changed_at(c)));
	link_to(b, r, "alternate", url_format(a, "/comments/{}", c->id));
	add_author(b, c->author.name);
	BUF_LIT(b, "<content type=\"html\">");
	html_escape(b, xml_text(a, c->body.markup));
	BUF_LIT(b, "</content>\n</entry>\n");
}

err post_feed_page(struct req *r)
{
	struct comment_want want = { .post_id = r->id, .sort = COMMENT_SORT_NEW };
	struct comment_page page = { 0 };
	struct post post = { 0 };
	int64_t updated;
	struct buf b;
	err e = post_find(&r->ctx, r->id, &post);

	if (!e)
		e = comment_page_load(&r->ctx, &want, 0, &page);
	if (e)
		return e;
	updated = changed_at(&post);
	for (size_t i = 0; i < page.roots.count; i++)
		updated = later(updated, comment_changed_at(page.roots.items[i]));
	buf_init(&b, r->ctx.arena, 64 * 1024);
	open_feed(&b, r, xml_text(r->ctx.arena, post.title),
		  url_format(r->ctx.arena, "/posts/{}/feed.atom", post.id), "posts", post.id,
		  updated);
	add_post(&b, r, &post);
	for (size_t i = 0; i < page.roots.count; i++)
		add_comment(&b, r, &post, page.roots.items[i]);
	return send_feed(r, &b, updated);
}
