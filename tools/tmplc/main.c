/*
 * The template compiler's command line.
 *
 *   tmplc --templates templates --sources cgi-bin,lib,workers --po po/zh_CN.po
 *         --assets templates/assets  --out build/gen | --check | --add-texts
 *
 * --out writes the C of all templates and the table of texts. --check writes
 * nothing and wants a translation for each text and a use for each translation.
 * --add-texts appends what is missing to the catalogue, to be translated there.
 */
#include "project.h"

enum mode { MODE_NONE, MODE_WRITE, MODE_CHECK, MODE_ADD_TEXTS };

static int usage(void)
{
	fputs("usage: tmplc --templates FOLDER --sources FOLDER,FOLDER --po FILE --assets FOLDER\n"
	      "             --out FOLDER | --check | --add-texts\n",
	      stderr);
	return 2;
}

/* Options that take a value, by where it goes. */
static struct str *option_value(struct project_paths *paths, struct str option)
{
	if (str_is(option, STR("--templates")))
		return &paths->templates;
	if (str_is(option, STR("--sources")))
		return &paths->sources;
	if (str_is(option, STR("--po")))
		return &paths->po;
	if (str_is(option, STR("--assets")))
		return &paths->assets;
	return str_is(option, STR("--out")) ? &paths->out : NULL;
}

static bool read_options(int argc, char **argv, struct project_paths *paths, enum mode *mode)
{
	int i;

	for (i = 1; i < argc; i++) {
		struct str option = str_from_c(argv[i]);
		struct str *value = option_value(paths, option);

		if (value && i + 1 < argc)
			*value = str_from_c(argv[++i]);
		else if (str_is(option, STR("--check")))
			*mode = MODE_CHECK;
		else if (str_is(option, STR("--add-texts")))
			*mode = MODE_ADD_TEXTS;
		else
			return false;
	}
	if (paths->out.n)
		*mode = MODE_WRITE;
	return paths->templates.n && paths->po.n && *mode != MODE_NONE;
}

static err run(struct project *p, enum mode mode)
{
	size_t added;
	err e = project_load(p, mode == MODE_CHECK);

	if (e || mode == MODE_CHECK)
		return e;
	if (mode == MODE_WRITE) {
		if (p->table.missing)
			report_warning(p->report, p->paths.po, 1,
				       "%zu texts have no translation: `make texts` adds them here",
				       p->table.missing);
		return project_write(p);
	}
	e = project_add_texts(p, &added);
	if (!e)
		printf("%zu texts added to " STR_FMT "\n", added, STR_ARG(p->paths.po));
	return e;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new(1024 * 1024);
	struct buf messages;
	struct report report = { .out = &messages };
	struct project project = { .arena = arena, .report = &report };
	enum mode mode = MODE_NONE;
	err e;

	if (!read_options(argc, argv, &project.paths, &mode)) {
		arena_free(arena);
		return usage();
	}
	buf_init(&messages, arena, 4096);
	e = run(&project, mode);
	fwrite(messages.p, 1, messages.n, stderr);
	arena_free(arena);
	return e ? 1 : 0;
}
