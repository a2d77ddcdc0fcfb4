/* Loading goes on behind a template with a mistake, so that one run shows one mistake of each. */
#include "project.h"

#include "csource.h"
#include "emit.h"
#include "files.h"
#include "link.h"
#include "parse.h"

/* The part of a path below its folder. */
static struct str below(struct str path, struct str folder)
{
	return str_slice(path, folder.n + 1, path.n);
}

static err load_assets(struct project *p)
{
	struct file_list files;
	size_t i;

	if (file_list(p->arena, p->paths.assets, STR(""), &files))
		return OK;
	for (i = 0; i < files.count; i++) {
		struct asset *asset = ARENA_NEW(p->arena, struct asset);
		struct str text;

		if (file_read(p->arena, files.items[i], &text))
			return report_error(p->report, files.items[i], 1, "cannot be read");
		asset->name = below(files.items[i], p->paths.assets);
		asset->address =
			str_format(p->arena, "/assets/" STR_FMT "?v=%016llx", STR_ARG(asset->name),
				   (unsigned long long)str_hash(text));
		asset->next = p->assets;
		p->assets = asset;
	}
	return OK;
}

/* a-z, 0-9, _ and /, since it becomes part of a function's name. */
static bool is_template_name(struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '/'))
			return false;
	}
	return true;
}

static void add_uses(struct project *p, struct text_use *uses)
{
	*p->uses_end = uses;
	while (*p->uses_end)
		p->uses_end = &(*p->uses_end)->next;
}

static err load_template(struct project *p, struct str path, struct template *out)
{
	struct str name = below(path, p->paths.templates);
	struct str text;
	err e;

	name.n -= sizeof(".html") - 1;
	if (!is_template_name(name))
		return report_error(p->report, path, 1, "a template's name is of a-z, 0-9 and _");
	if (file_read(p->arena, path, &text))
		return report_error(p->report, path, 1, "cannot be read");
	e = parse_template(p->arena, p->report, path, name, text, out);
	if (!e)
		e = check_template(p->arena, p->report, p->assets, out);
	add_uses(p, out->texts);
	return e;
}

static void check_symbols(struct project *p)
{
	size_t i;
	size_t k;

	for (i = 0; i < p->templates.count; i++)
		for (k = 0; k < i; k++)
			if (str_is(p->templates.items[i].symbol, p->templates.items[k].symbol))
				report_error(p->report, p->templates.items[i].path, 1,
					     "becomes the same function as " STR_FMT,
					     STR_ARG(p->templates.items[k].path));
}

static err load_templates(struct project *p)
{
	struct file_list files;
	size_t i;
	err e = OK;

	if (file_list(p->arena, p->paths.templates, STR(".html"), &files))
		return report_error(p->report, p->paths.templates, 1, "cannot be read");
	p->templates.items = ARENA_ARRAY(p->arena, struct template, files.count + 1);
	p->templates.count = files.count;
	for (i = 0; i < files.count; i++)
		if (load_template(p, files.items[i], &p->templates.items[i]))
			e = ERR_INVALID;
	check_symbols(p);
	return e ? e : link_templates(p->report, &p->templates);
}

static err load_folder(struct project *p, struct str folder)
{
	struct file_list files;
	size_t i;
	err e = OK;

	if (file_list(p->arena, folder, STR(".c"), &files))
		return OK;
	for (i = 0; i < files.count; i++) {
		struct text_use *uses = NULL;
		struct text_use **end = &uses;
		struct str text;

		if (file_read(p->arena, files.items[i], &text) ||
		    csource_find_texts(p->arena, p->report, files.items[i], text, &end))
			e = ERR_INVALID;
		add_uses(p, uses);
	}
	return e;
}

static err load_sources(struct project *p)
{
	struct str rest = p->paths.sources;
	struct str folder;
	err e = OK;

	while (str_split(&rest, ',', &folder))
		if (load_folder(p, folder))
			e = ERR_INVALID;
	return e;
}

err project_load(struct project *p, bool is_strict)
{
	struct str text;
	err e;

	p->uses_end = &p->uses;
	e = load_assets(p);
	if (load_templates(p))
		e = ERR_INVALID;
	if (load_sources(p))
		e = ERR_INVALID;
	if (file_read(p->arena, p->paths.po, &text))
		text = STR("");
	if (catalogue_read(p->arena, p->report, p->paths.po, text, &p->catalogue))
		e = ERR_INVALID;
	if (e)
		return e;
	e = table_make(p->arena, p->report, p->uses, p->catalogue, p->paths.po, is_strict,
		       &p->table);
	return e ? e : p->report->errors ? ERR_INVALID : OK;
}

static err write_file(struct project *p, struct str path, const struct buf *text)
{
	if (file_write_changed(p->arena, path, buf_str(text)))
		return report_error(p->report, path, 1, "cannot be written");
	return OK;
}

static err write_template(struct project *p, const struct template *t)
{
	struct str stem = str_format(p->arena, STR_FMT "/tmpl/" STR_FMT, STR_ARG(p->paths.out),
				     STR_ARG(t->symbol));
	struct buf text;
	err e;

	buf_init(&text, p->arena, 8192);
	emit_source(&text, t);
	e = write_file(p, str_format(p->arena, STR_FMT ".c", STR_ARG(stem)), &text);
	if (e)
		return e;
	buf_clear(&text);
	emit_header(&text, t);
	return write_file(p, str_format(p->arena, STR_FMT ".h", STR_ARG(stem)), &text);
}

err project_write(struct project *p)
{
	struct buf text;
	size_t i;
	err e = OK;

	for (i = 0; i < p->templates.count; i++)
		if (write_template(p, &p->templates.items[i]))
			e = ERR_INVALID;
	buf_init(&text, p->arena, 64 * 1024);
	table_write(&text, &p->table, &p->templates);
	if (write_file(p, str_format(p->arena, STR_FMT "/text_table.c", STR_ARG(p->paths.out)),
		       &text))
		e = ERR_INVALID;
	return e;
}

err project_add_texts(struct project *p, size_t *added)
{
	struct str old;
	struct buf text;
	size_t i;

	if (file_read(p->arena, p->paths.po, &old))
		old = STR("msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; "
			  "charset=UTF-8\\n\"\n");
	buf_init(&text, p->arena, old.n + 4096);
	buf_add(&text, old);
	*added = 0;
	for (i = 0; i < p->table.count; i++) {
		const struct text_use *use = p->table.items[i].use;

		if (p->table.items[i].chinese)
			continue;
		catalogue_write_entry(&text, use->path, use->one, use->many);
		++*added;
	}
	return write_file(p, p->paths.po, &text);
}
