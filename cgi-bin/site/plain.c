/* Small pages: robots, the site map, about, the choice of language, drawn faces. */
#include "base/clock.h"
#include "base/num.h"
#include "domain/post_list.h"
#include "site/site_pages.h"
#include "tmpl/site_about.h"
#include "tmpl/site_avatar.h"
#include "web/cookie.h"

#define SITEMAP_PAGE 1000
#define SITEMAP_PAGES \
	200 /* in the index: the newest posts of a very large site are found by its lists */
#define YEAR_SECONDS (365 * 86400)

err robots_page(struct req *r)
{
	http_response_header(&r->out, "Cache-Control", STR("public, max-age=3600"));
	return resp_body(r, 200, STR("text/plain; charset=utf-8"),
			 str_format(r->ctx.arena,
				    "User-agent: *\n"
				    "Disallow: /login\n"
				    "Disallow: /register\n"
				    "Disallow: /activate/\n"
				    "Disallow: /posts/new\n"
				    "Disallow: /dev/\n"
				    "\n"
				    "Sitemap: " STR_FMT "/sitemap.xml\n",
				    STR_ARG(r->ctx.config->site.url)));
}

/* Where each page starts: the id before its first post. */
static err write_index(struct req *r, struct buf *b)
{
	int64_t after = 0;
	int page;

	BUF_LIT(b, "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (page = 0; page == 0 || (after && page < SITEMAP_PAGES); page++) {
		err e;

		buf_addf(b, "<sitemap><loc>" STR_FMT "/sitemap.xml?after=%lld</loc></sitemap>\n",
			 STR_ARG(r->ctx.config->site.url), (long long)after);
		e = post_list_step(&r->ctx, after, SITEMAP_PAGE, &after);
		if (e)
			return e;
	}
	BUF_LIT(b, "</sitemapindex>\n");
	return OK;
}

/* Pinned posts come on top of a page's number. */
static err find_stamps(struct req *r, int64_t after, struct post_stamps *out)
{
	int64_t last;
	err e = post_list_step(&r->ctx, after, SITEMAP_PAGE, &last);

	if (e)
		return e;
	return post_list_stamps(&r->ctx, after, last ? last : INT64_MAX, 2 * SITEMAP_PAGE, out);
}

/* changed_at_out: of the post that was changed last. */
static err write_page(struct req *r, int64_t after, struct buf *b, int64_t *changed_at_out)
{
	struct post_stamps stamps;
	err e = find_stamps(r, after, &stamps);
	size_t i;

	if (e)
		return e;
	BUF_LIT(b, "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (i = 0; i < stamps.count; i++) {
		buf_addf(b, "<url><loc>" STR_FMT "/posts/%lld</loc><lastmod>",
			 STR_ARG(r->ctx.config->site.url), (long long)stamps.items[i].id);
		buf_add(b, clock_iso(r->ctx.arena, stamps.items[i].changed_at));
		if (*changed_at_out < stamps.items[i].changed_at)
			*changed_at_out = stamps.items[i].changed_at;
		BUF_LIT(b, "</lastmod></url>\n");
	}
	BUF_LIT(b, "</urlset>\n");
	return OK;
}

err sitemap_page(struct req *r)
{
	struct str typed = form_get(&r->in.query, "after");
	int64_t after, changed_at = 0;
	struct buf b;
	err e;

	if (typed.n && !num_parse_i64(typed, 0, INT64_MAX, &after))
		return ERR_NOT_FOUND;
	buf_init(&b, r->ctx.arena, 65536);
	BUF_LIT(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	e = typed.n ? write_page(r, after, &b, &changed_at) : write_index(r, &b);
	if (e)
		return e;
	http_response_header(&r->out, "Cache-Control", STR("public, max-age=600"));
	return resp_unless_known(r, STR("application/xml; charset=utf-8"), buf_str(&b), changed_at);
}

err about_page(struct req *r)
{
	struct about_view view = { .site_name = r->ctx.config->site.name,
				   .is_guest = ctx_is_guest(&r->ctx) };
	struct page_meta meta = {
		.title = req_text(r, N_("About")),
		.description = req_text(r, N_("How the lists work, how to write, and what "
					      "this site knows about you.")),
		.canonical = URL_LITERAL("/about"),
		.is_micro_cached = true
	};

	tmpl_site_about(req_page(r), &view);
	return resp_page(r, 200, &meta);
}

err language_action(struct req *r)
{
	struct str language = form_get(&r->in.body, "language");

	if (!str_is(language, STR("zh")) && !str_is(language, STR("en")))
		return ERR_INVALID;
	cookie_put(r, COOKIE_LANGUAGE, language, YEAR_SECONDS);
	return resp_back(r, URL_LITERAL("/"));
}

/* Spread neighbouring ids over all colours and shapes (the finalizer of MurmurHash3, Austin
 * Appleby). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
	x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

/* Five rows of five squares, the left half mirrored on the right. */
static struct str draw(struct arena *a, uint64_t bits)
{
	struct buf b;
	int x;
	int y;

	buf_init(&b, a, 512);
	for (y = 0; y < 5; y++) {
		for (x = 0; x < 5; x++) {
			int column = x < 3 ? x : 4 - x;

			if (bits >> (y * 3 + column) & 1)
				buf_addf(&b, "M%d %dh1v1h-1z", x, y);
		}
	}
	return buf_str(&b);
}

err avatar_page(struct req *r)
{
	struct str file = r->path.slugs[0];
	struct avatar_view view;
	struct page_out *out;
	uint64_t bits;
	int64_t id;
	int hue;

	if (!str_ends(file, STR(".svg")) || !num_parse_id(str_slice(file, 0, file.n - 4), &id))
		return ERR_NOT_FOUND;
	bits = mix((uint64_t)id);
	hue = (int)((bits >> 32) % 360);
	view.ink = str_format(r->ctx.arena, "hsl(%d,45%%,42%%)", hue);
	view.paper = str_format(r->ctx.arena, "hsl(%d,40%%,90%%)", hue);
	view.path = draw(r->ctx.arena, bits);
	out = req_page(r);
	tmpl_site_avatar(out, &view);
	http_response_header(&r->out, "Cache-Control", STR("public, max-age=31536000, immutable"));
	return resp_body(r, 200, STR("image/svg+xml; charset=utf-8"), str_trim(buf_str(out->buf)));
}
