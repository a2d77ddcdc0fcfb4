/*
 * The checker: walks a template's tree beside its markup. It refuses values
 * where no escaping makes them safe, forms without {{csrf}}, elements that are
 * not closed, and blocks whose branches leave the page in different states. It
 * gives each value its writer and takes needless white space out of the text.
 */
#ifndef TMPLC_CHECK_H
#define TMPLC_CHECK_H

#include "report.h"
#include "tree.h"

/* A file below templates/assets. */
struct asset {
	struct asset *next;
	struct str name;    /* "site.css" */
	struct str address; /* "/assets/site.css?v=0123456789abcdef" */
};

/* Check and complete one parsed template. ERR_INVALID after a message. */
err check_template(struct arena *a, struct report *r, const struct asset *assets,
		   struct template *t) MUST_CHECK;

#endif
