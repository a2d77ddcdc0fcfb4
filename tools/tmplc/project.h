/*
 * One run over the whole site: all templates, assets, sources and the catalogue.
 */
#ifndef TMPLC_PROJECT_H
#define TMPLC_PROJECT_H

#include "check.h"
#include "table.h"

/* Where things are; set from the command line. */
struct project_paths {
	struct str templates; /* folder of the *.html */
	struct str sources;   /* folders with C sources, separated by commas */
	struct str po;        /* the catalogue; may be missing */
	struct str assets;    /* folder of what is served below /assets/ */
	struct str out;       /* folder for the generated files */
};

struct project {
	struct arena *arena;
	struct report *report;
	struct project_paths paths;
	struct template_list templates;
	struct asset *assets;
	struct text_use *uses; /* of templates and sources */
	struct text_use **uses_end;
	struct catalogue_entry *catalogue;
	struct table table;
};

/*
 * Read and check everything. With is_strict each text needs a translation and
 * each translation a text. ERR_INVALID when the report holds errors.
 */
err project_load(struct project *p, bool is_strict) MUST_CHECK;

/* Write the C of all templates and the table of texts below paths.out. */
err project_write(struct project *p) MUST_CHECK;

/* Append the texts that the catalogue does not have to its file; *added is their number. */
err project_add_texts(struct project *p, size_t *added) MUST_CHECK;

#endif
