/* A copy of somebody's things, section by section: once as JSON, once as Markdown. */
#include "domain/export_write.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/export_row.h"
#include "domain/session.h"
#include "html/text.h"
#include "store/zip.h"

#define STEP 50 /* rows read at once; a post has up to 80 kB */
#define STEP_ARENA (256 * 1024)

/* A copy being made. step holds what one batch of rows needs. */
struct writing {
	struct ctx *c;
	struct ctx step;
	const struct export *x;
	struct zip *zip;
};

/* Asks for a section in batches; each row is given to add. */
static err each_row(struct writing *w, const struct export_section *s,
		    err (*add)(struct writing *w, const struct export_section *s,
			       const struct db_rows *rows, size_t i))
{
	int64_t x = -1, y = 0;
	size_t i = 0, count;
	err e;

	do {
		struct db_rows *rows;

		arena_reset(w->step.arena);
		e = db_query(w->c->db, w->step.arena, &rows, s->sql,
			     DB_ARGS(w->x->user_id, x, x, y, STEP));
		count = e ? 0 : db_count(rows);
		while (!e && db_next(rows)) {
			e = add(w, s, rows, i++);
			x = db_int(rows, 0);
			y = db_int(rows, 1);
		}
	} while (!e && count == STEP);
	return e;
}

static err start(struct writing *w, const char *name, const char *ending)
{
	return zip_start(w->zip, str_format(w->c->arena, "%s%s", name, ending), w->c->now);
}

static err add_json(struct writing *w, const struct export_section *s, const struct db_rows *rows,
		    size_t i)
{
	struct buf b;

	buf_init(&b, w->step.arena, 1024);
	buf_add(&b, i ? STR(",\n") : STR(""));
	export_row_json(&b, s, rows);
	return zip_add(w->zip, buf_str(&b));
}

static err write_json(struct writing *w, const struct export_section *s)
{
	err e = start(w, s->name, ".json");

	if (!e)
		e = zip_add(w->zip, STR("[\n"));
	if (!e)
		e = each_row(w, s, add_json);
	return e ? e : zip_add(w->zip, STR("\n]\n"));
}

static err add_markdown(struct writing *w, const struct export_section *s,
			const struct db_rows *rows, size_t i)
{
	struct buf b;
	err e = OK;

	buf_init(&b, w->step.arena, 1024);
	export_row_markdown(&b, s, rows, w->x->language);
	if (s->form == EXPORT_AS_FILES)
		e = zip_start(w->zip,
			      str_format(w->step.arena, "%s/%lld-%lld.md", s->name,
					 (long long)db_int(rows, 0), (long long)db_int(rows, 1)),
			      w->c->now);
	(void)i;
	return e ? e : zip_add(w->zip, buf_str(&b));
}

static err write_markdown(struct writing *w, const struct export_section *s)
{
	err e = OK;

	if (s->form != EXPORT_AS_FILES) {
		struct buf b;

		buf_init(&b, w->c->arena, 64);
		BUF_LIT(&b, "# ");
		buf_add(&b, text_get(w->x->language, s->title));
		BUF_LIT(&b, "\n\n");
		e = start(w, s->name, ".md");
		if (!e)
			e = zip_add(w->zip, buf_str(&b));
	}
	return e ? e : each_row(w, s, add_markdown);
}

static err write_section(struct writing *w, const struct export_section *s)
{
	err e = write_json(w, s);

	return e ? e : write_markdown(w, s);
}

/* Where one is logged in: a few, and only Redis knows them. Without it the rest is worth having. */
static err write_sessions(struct writing *w)
{
	struct session_list list = { 0 };
	struct buf b;
	size_t i;
	err e;

	arena_reset(w->step.arena);
	cache_start_request(w->c->cache, w->step.arena);
	w->step.viewer.id = w->x->user_id;
	e = session_list(&w->step, &list);
	if (e)
		return e;
	buf_init(&b, w->step.arena, 1024);
	BUF_LIT(&b, "[");
	for (i = 0; i < list.count; i++) {
		buf_add(&b, i ? STR(",\n{\"device\":") : STR("\n{\"device\":"));
		buf_add_json(&b, list.items[i].agent);
		BUF_LIT(&b, ",\"address\":");
		buf_add_json(&b, list.items[i].address);
		buf_addf(&b, ",\"started\":\"%s\"",
			 clock_iso(w->step.arena, list.items[i].created_at).p);
		buf_addf(&b, ",\"seen\":\"%s\"}",
			 clock_iso(w->step.arena, list.items[i].seen_at).p);
	}
	BUF_LIT(&b, "\n]\n");
	e = start(w, "devices", ".json");
	return e ? e : zip_add(w->zip, buf_str(&b));
}

static err write_readme(struct writing *w)
{
	const struct str arguments[] = { w->c->config->site.name,
					 clock_iso(w->c->arena, w->c->now) };
	int language = w->x->language;
	struct buf b;
	err e;

	buf_init(&b, w->c->arena, 1024);
	BUF_LIT(&b, "# ");
	buf_add(&b, text_format(w->c->arena, language, N_("Your copy from {0}"), arguments, 1));
	BUF_LIT(&b, "\n\n");
	buf_add(&b, text_format(w->c->arena, language,
				N_("Everything you wrote and did at {0}, as it was at {1} (UTC)."),
				arguments, 2));
	BUF_LIT(&b, "\n\n");
	buf_add(&b, text_get(language,
			     "Each kind of thing is here twice: NAME.json for programs, NAME.md or "
			     "the folder NAME for reading. Numbers of things are texts in JSON, "
			     "because they are longer than some programs can count."));
	BUF_LIT(&b, "\n");
	e = start(w, "README", ".md");
	return e ? e : zip_add(w->zip, buf_str(&b));
}

static err write_all(struct writing *w)
{
	err e = write_readme(w);
	size_t i;

	for (i = 0; !e && i < export_section_count; i++)
		e = write_section(w, &export_sections[i]);
	return e ? e : write_sessions(w);
}

static err write_aside(struct writing *w, const char *aside, int64_t *size)
{
	err e = zip_open(w->c->arena, aside, &w->zip), closed;

	if (e)
		return e;
	e = write_all(w);
	closed = zip_close(w->zip, size);
	return e ? e : closed;
}

err export_write(struct ctx *c, const struct export *x, const char *path, int64_t *size)
{
	struct writing w = { .c = c, .step = *c, .x = x };
	struct str aside = str_format(c->arena, "%s.part", path);
	err e;

	w.step.arena = arena_new(STEP_ARENA);
	e = write_aside(&w, aside.p, size);
	cache_start_request(c->cache, c->arena);
	arena_free(w.step.arena);
	if (!e && !rename(aside.p, path))
		return OK;
	if (!e)
		log_error("export: %s: %s", path, strerror(errno));
	unlink(aside.p);
	return e ? e : ERR_INTERNAL;
}
