/*
 * One template compiled in memory: what the compiler says of it, or the C it
 * makes.
 */
#ifndef UNIT_TMPLC_COMPILE_H
#define UNIT_TMPLC_COMPILE_H

#include "unit/unit.h"

#include "tmplc/check.h"
#include "tmplc/emit.h"
#include "tmplc/link.h"
#include "tmplc/parse.h"

/* The messages for a template of this text, which is x.html; empty when it is good. */
static inline struct str compile(struct arena *a, struct str text, struct template *t)
{
	static struct asset asset = { .name = STR_INIT("x.js"),
				      .address = STR_INIT("/assets/x.js?v=1") };
	struct template_list all = { t, 1 };
	struct buf messages;
	struct report report = { .out = &messages };

	buf_init(&messages, a, 256);
	if (parse_template(a, &report, STR("x.html"), STR("x"), text, t) == OK &&
	    check_template(a, &report, &asset, t) == OK && link_templates(&report, &all) == OK)
		assert_int_equal(report.errors, 0);
	return buf_str(&messages);
}

#endif
