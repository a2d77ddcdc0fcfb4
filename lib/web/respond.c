/* What handlers call to answer. */
#include "domain/outbox.h"

#include "base/num.h"
#include "domain/picture.h"
#include "domain/user_profile.h"
#include "web/cookie.h"
#include "web/flash.h"
#include "web/router.h"
#include "web/state.h"

#include "tmpl/layout.h"

#define LANGUAGE_SECONDS (365 * 86400)
#define LAYOUT_ROOM 6144 /* bytes the layout adds, about */

static void put_csrf(struct page_out *out)
{
	struct req *r = out->csrf_context;
	struct req_state *web = r->web;
	struct str token = web->token;

	if (!token.n)
		token = csrf_next(&web->csrf, r->ctx.arena, r->ctx.config->site.secret,
				  guard_binding(r));
	BUF_LIT(out->buf, "<input type=\"hidden\" name=\"" CSRF_FIELD "\" value=\"");
	buf_add(out->buf, token);
	BUF_LIT(out->buf, "\">");
}

struct page_out *req_page(struct req *r)
{
	struct req_state *web = r->web;

	/* The buffer the answer came with; resp_page takes another, of the right size. */
	if (!r->page.buf)
		web->page_buf = r->out.body;
	buf_clear(&web->page_buf);
	r->page = (struct page_out){
		.buf = &web->page_buf,
		.language = r->language,
		.now = r->ctx.now,
		.zone = r->session.viewer.zone.n ? zone_load(r->ctx.arena, r->session.viewer.zone)
						 : NULL,
		.put_csrf = put_csrf,
		.csrf_context = r,
	};
	return &r->page;
}

struct str req_text(struct req *r, const char *english)
{
	return text_get(r->language, english);
}

static bool is_member(const struct req *r)
{
	return r->session.viewer.id && !r->web->is_logged_out;
}

/* Nothing in it is anybody's own: no token, no name, no message. */
static bool is_for_all(const struct req *r, int status)
{
	const struct req_state *web = r->web;

	return status == 200 && r->in.method == HTTP_GET && !is_member(r) &&
	       !cookie_get(r, COOKIE_SESSION).n && !web->csrf.forms &&
	       !cookie_get(r, COOKIE_FLASH).n;
}

static struct str take_flash(struct req *r)
{
	struct str cookie = cookie_get(r, COOKIE_FLASH);

	if (!cookie.n)
		return cookie;
	r->web->is_flash_shown = true;
	return flash_open(r->ctx.arena, r->ctx.config->site.secret, cookie);
}

/* Search engines want the whole address. */
static struct url whole(struct req *r, struct url link)
{
	struct buf b;

	if (!str_starts(link.href, STR("/")))
		return link;
	buf_init(&b, r->ctx.arena, r->ctx.config->site.url.n + link.href.n + 1);
	buf_add(&b, r->ctx.config->site.url);
	buf_add(&b, link.href);
	return (struct url){ buf_str(&b) };
}

static void fill_viewer(struct req *r, struct page_view *v)
{
	const struct viewer *viewer = &r->session.viewer;

	v->is_guest = !is_member(r);
	if (v->is_guest) {
		v->login = url_format(r->ctx.arena, "/login?next={}", v->here.href);
		return;
	}
	v->is_moderator = viewer->role >= ROLE_MODERATOR;
	v->is_admin = viewer->role >= ROLE_ADMIN;
	v->viewer_name = viewer->name;
	v->viewer_link = url_format(r->ctx.arena, "/users/{}", viewer->id);
	v->viewer_avatar = req_avatar(r, viewer->id, viewer->avatar);
}

/* A template may not say "http-equiv": a text in it could send readers elsewhere. */
static struct html refresh_after(struct arena *a, int seconds, int64_t since)
{
	struct str to = since ? str_format(a, "; url=?since=%lld", (long long)since) : STR("");

	if (seconds <= 0)
		return (struct html){ 0 };
	seconds = seconds <= 3 ? seconds : seconds <= 5 ? 5 : seconds <= 10 ? 10 : 30;
	return (struct html){ str_format(a,
					 "<noscript><meta http-equiv=\"refresh\""
					 " content=\"%d" STR_FMT "\"></noscript>",
					 seconds, STR_ARG(to)) };
}

static void fill_layout(struct req *r, const struct page_meta *meta, struct page_view *v)
{
	v->language_tag = text_language_tag(r->language);
	v->site_name = r->ctx.config->site.name;
	v->title = meta->title;
	v->description = meta->description;
	v->canonical = whole(r, meta->canonical);
	v->feed = meta->feed.href.n ? meta->feed : URL_LITERAL("/feed.atom");
	v->is_noindex = meta->is_noindex;
	v->is_for_staff = meta->is_for_staff;
	v->body = (struct html){ buf_str(r->page.buf) };
	v->flash = take_flash(r);
	v->here = req_here(r);
	v->is_chinese = r->language == TEXT_ZH;
	v->is_hot = str_is(meta->section, STR("hot"));
	v->is_new = str_is(meta->section, STR("new"));
	v->is_featured = str_is(meta->section, STR("featured"));
	v->is_sales = str_is(meta->section, STR("sales"));
	v->is_market = meta->is_market;
	v->refresh = refresh_after(r->ctx.arena, meta->refresh_seconds, meta->again_since);
	v->is_development = r->ctx.config->site.is_development;
	fill_viewer(r, v);
}

static void set_type(struct req *r, int status, struct str content_type)
{
	r->out.status = status;
	http_response_set_header(&r->out, "Content-Type", content_type);
	r->web->is_answered = true;
}

err resp_page(struct req *r, int status, const struct page_meta *meta)
{
	struct page_view view = { 0 };
	struct page_out out;

	if (!r->page.buf)
		BUG("%s shows a page without req_page", r->route ? r->route->pattern : "no route");
	set_type(r, status, STR("text/html; charset=utf-8"));
	r->web->is_micro_cached = meta->is_micro_cached && is_for_all(r, status);
	fill_layout(r, meta, &view);
	buf_init(&r->out.body, r->ctx.arena, r->page.buf->n + LAYOUT_ROOM);
	out = r->page;
	out.buf = &r->out.body;
	/* Guests' forms in the layout need no token, so that their pages can be shared. */
	if (view.is_guest)
		out.put_csrf = NULL;
	tmpl_layout(&out, &view);
	return OK;
}

bool req_wants_json(const struct req *r)
{
	return str_starts(r->in.accept, STR("application/json"));
}

err resp_json(struct req *r, int status, const struct buf *json)
{
	return resp_body(r, status, STR("application/json; charset=utf-8"), buf_str(json));
}

err resp_redirect(struct req *r, struct url to)
{
	r->out.status = 303;
	http_response_set_header(&r->out, "Location", to.href);
	r->web->is_answered = true;
	return OK;
}

err resp_body(struct req *r, int status, struct str content_type, struct str body)
{
	set_type(r, status, content_type);
	/* The text may stand in the buffer the answer came with: req_page lends it. */
	buf_init(&r->out.body, r->ctx.arena, body.n + 1);
	buf_add(&r->out.body, body);
	return OK;
}

err resp_back(struct req *r, struct url otherwise)
{
	struct url next;

	if (url_check_local(r->ctx.arena, form_get(&r->in.body, "next"), &next))
		next = otherwise;
	return resp_redirect(r, next);
}

void req_flash(struct req *r, const char *english)
{
	r->web->new_flash =
		flash_seal(r->ctx.arena, r->ctx.config->site.secret, req_text(r, english));
}

struct str req_field_error(struct req *r, const struct field_errors *errors, const char *name)
{
	const struct field_error *found = field_errors_find(errors, name);
	struct str number;

	if (!found)
		return (struct str){ 0 };
	number = num_text(r->ctx.arena, found->number);
	return text_format(r->ctx.arena, r->language, found->message, &number, 1);
}

err req_log_in(struct req *r, const struct user *u, bool is_remembered)
{
	struct str cookie;
	err e = session_start(&r->ctx, u, is_remembered, r->in.user_agent, r->in.remote_address,
			      &cookie);

	if (e)
		return e;
	/* The session the browser had is of no more use to anybody who means well. */
	if (r->session.viewer.id && session_end(&r->ctx, &r->session))
		log_warn("the session before the login could not be ended");
	if (u->language.n)
		cookie_put(r, COOKIE_LANGUAGE, u->language, LANGUAGE_SECONDS);
	user_seen(&r->ctx, u->id);
	r->web->new_session = cookie;
	r->web->new_session_seconds = is_remembered ? SESSION_REMEMBER_SECONDS : 0;
	r->web->is_logged_out = false;
	return OK;
}

err req_log_out(struct req *r)
{
	struct req_state *web = r->web;
	err e = r->session.viewer.id ? session_end(&r->ctx, &r->session) : OK;

	if (!e && web->new_session.n)
		e = session_end_cookie(&r->ctx, web->new_session);
	if (e)
		return e;
	web->new_session = (struct str){ 0 };
	web->is_logged_out = true;
	return OK;
}

struct str req_page_above(const struct req *r, struct str path)
{
	const struct app *app = r->app;

	while (path.n > 1 && !router_find(app->routes, app->route_count, HTTP_GET, path).route) {
		do
			path.n--;
		while (path.n > 1 && path.p[path.n] != '/');
	}
	return path;
}

struct url req_here(struct req *r)
{
	bool is_form = r->in.method == HTTP_POST;
	struct str path = is_form ? req_page_above(r, r->in.path) : r->in.path;
	struct url here = URL_LITERAL("/");
	struct buf b;
	size_t i;

	buf_init(&b, r->ctx.arena, path.n + r->in.query_text.n + 2);
	for (i = 0; i < path.n; i++) {
		if (path.p[i] == '/')
			buf_add_char(&b, '/');
		else
			buf_add_url(&b, str_slice(path, i, i + 1));
	}
	if (r->in.query_text.n && path.n == r->in.path.n) {
		buf_add_char(&b, '?');
		buf_add(&b, r->in.query_text);
	}
	/* A query that no link can hold is left out rather than mended. */
	if (url_check_local(r->ctx.arena, buf_str(&b), &here))
		here = URL_LITERAL("/");
	return here;
}

/*
 * A page of comments names two hundred faces, so each has a short number: one of 65,536, and people
 * whose numbers meet look alike. The first bits of the product are the mixed ones.
 */
static int64_t face_number(int64_t user_id)
{
	return 1 + (int64_t)((uint64_t)user_id * UINT64_C(0x9E3779B97F4A7C15) >> 48);
}

struct url req_avatar(struct req *r, int64_t user_id, struct str avatar)
{
	if (avatar.n)
		return picture_url(r->ctx.arena, PICTURE_AVATAR, avatar, 96);
	return url_format(r->ctx.arena, "/avatars/{}.svg", face_number(user_id));
}
