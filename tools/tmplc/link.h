/*
 * The linker: finds the partials that templates name, and checks that they fit.
 */
#ifndef TMPLC_LINK_H
#define TMPLC_LINK_H

#include "report.h"
#include "tree.h"

/*
 * Set the partial of each node that names one. ERR_INVALID after messages when
 * one does not exist, wants another view, or would put a form into a form.
 */
err link_templates(struct report *r, const struct template_list *all) MUST_CHECK;

#endif
