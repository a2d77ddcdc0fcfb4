/* Mails that were written and not sent: development only. */
#include "site/mail_file.h"
#include "site/site_pages.h"
#include "tmpl/site_mail.h"
#include "tmpl/site_outbox.h"

#define PARTS_MAX 400

err outbox_page(struct req *r)
{
	struct page_meta meta = { .title = req_text(r, N_("Mails")), .is_noindex = true };
	struct outbox_view view = { 0 };
	struct mail_files files;
	size_t i;

	mail_files_list(r->ctx.arena, r->ctx.config->mail.outbox_dir, &files);
	view.mails.items = ARENA_ARRAY(r->ctx.arena, struct outbox_row, files.count);
	view.mails.count = files.count;
	for (i = 0; i < files.count; i++) {
		const struct mail_file *f = &files.items[i];

		view.mails.items[i] =
			(struct outbox_row){ .link = url_format(r->ctx.arena, "/dev/outbox/{}",
								f->name),
					     .to = f->to,
					     .subject = f->subject.n ? f->subject : f->name,
					     .written = { f->written_at } };
	}
	tmpl_site_outbox(req_page(r), &view);
	return resp_page(r, 200, &meta);
}

/* Where the next link starts, or the end. */
static size_t find_link(struct str text)
{
	ptrdiff_t plain = str_find(text, STR("http://"));
	ptrdiff_t safe = str_find(text, STR("https://"));
	ptrdiff_t at = plain < 0 || (safe >= 0 && safe < plain) ? safe : plain;

	return at < 0 ? text.n : (size_t)at;
}

static struct str take_link(struct str text)
{
	size_t n = 0;

	while (n < text.n && (unsigned char)text.p[n] > ' ' && !strchr("<>\"", text.p[n]))
		n++;
	while (n && strchr(".,;:!?)", text.p[n - 1]))
		n--;
	return str_slice(text, 0, n);
}

/* Text and links in turn. Past PARTS_MAX the rest is text. */
static void split_text(struct req *r, struct str text, struct mail_view *v)
{
	v->parts.items = ARENA_ARRAY(r->ctx.arena, struct mail_part, PARTS_MAX + 1);
	while (text.n && v->parts.count + 2 < PARTS_MAX) {
		size_t at = find_link(text);
		struct str link = take_link(str_slice(text, at, text.n));
		struct url checked = { 0 };

		if (at)
			v->parts.items[v->parts.count++].text = str_slice(text, 0, at);
		if (link.n) {
			if (url_check(r->ctx.arena, link, &checked))
				checked = (struct url){ 0 };
			v->parts.items[v->parts.count++] = (struct mail_part){ link, checked };
		}
		text = str_slice(text, at + link.n, text.n);
	}
	if (text.n)
		v->parts.items[v->parts.count++].text = text;
}

err mail_page(struct req *r)
{
	struct page_meta meta = { .is_noindex = true };
	struct mail_view view = { 0 };
	struct mail_file file;
	err e = mail_file_read(r->ctx.arena, r->ctx.config->mail.outbox_dir, r->path.slugs[0],
			       &file);

	if (e)
		return e;
	view.from = file.from;
	view.to = file.to;
	view.date = file.date;
	view.subject = meta.title = file.subject.n ? file.subject : file.name;
	split_text(r, file.text, &view);
	tmpl_site_mail(req_page(r), &view);
	return resp_page(r, 200, &meta);
}
