/*
 * The template compiler: templates, and by what they begin with catalogues
 * ("msgid", "#") and C sources ("/").
 */
#include "tmplc/catalogue.h"
#include "tmplc/check.h"
#include "tmplc/csource.h"
#include "tmplc/emit.h"
#include "tmplc/link.h"
#include "tmplc/literal.h"
#include "tmplc/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static err compile(struct arena *a, struct report *r, struct str text)
{
	static struct asset asset = { .name = STR_INIT("x.js"),
				      .address = STR_INIT("/assets/x.js?v=1") };
	struct template t;
	struct template_list all = { &t, 1 };
	struct buf out;
	err e = parse_template(a, r, STR("x.html"), STR("x"), text, &t);

	if (!e)
		e = check_template(a, r, &asset, &t);
	if (!e)
		e = link_templates(r, &all);
	if (e)
		return e;
	buf_init(&out, a, 4096);
	emit_source(&out, &t);
	emit_header(&out, &t);
	return OK;
}

static err read_any(struct arena *a, struct report *r, struct str text)
{
	struct catalogue_entry *entries;
	struct text_use *uses = NULL;
	struct text_use **end = &uses;

	if (str_starts(text, STR("msgid")) || str_starts(text, STR("#")))
		return catalogue_read(a, r, STR("x.po"), text, &entries);
	if (str_starts(text, STR("/")))
		return csource_find_texts(a, r, STR("x.c"), text, &end);
	return compile(a, r, text);
}

/* What was written as a literal reads back as the same bytes. */
static void check_literal(struct arena *a, struct str text)
{
	struct buf written;
	struct buf got;
	struct str rest;

	buf_init(&written, a, 64);
	buf_init(&got, a, 64);
	literal_write(&written, text);
	rest = buf_str(&written);
	if (!literal_read(&rest, &got) || rest.n || !str_is(buf_str(&got), text))
		BUG("a literal does not read back");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena *a = arena_new(64 * 1024);
	struct buf messages;
	struct report report = { .out = &messages };
	err e;

	buf_init(&messages, a, 1024);
	e = read_any(a, &report, text);
	if ((e != OK) != (report.errors > 0))
		BUG("a failure without a message, or a message without a failure");
	check_literal(a, text);
	arena_free(a);
	return 0;
}
