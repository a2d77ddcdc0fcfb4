/*
 * The form for a draft of a sale: sales_form.c has it, sales_write.c sends it to the domain.
 */
#ifndef SALE_FORM_H
#define SALE_FORM_H

#include "admin/sale_pages.h"

/* What the form sends. */
struct sale_input {
	int64_t goods;
	struct str price, units, starts, ends, minutes;
	struct str seen; /* empty at a new one */
};

/* True when all of it is right. Otherwise errors has all that is wrong, not only the first. */
bool sale_form_read(struct req *r, struct sale_input *in, struct sale_terms *t,
		    struct field_errors *errors);

/* The form with this in it; of the sale of the path, or of a new one. */
struct sale_form_view sale_form_view(struct req *r, const struct sale_input *in);
err sale_form_show(struct req *r, int status, const struct sale_input *in,
		   struct sale_form_view *view) MUST_CHECK;

/* 422: as it was typed, with what is wrong. */
err sale_form_again(struct req *r, const struct sale_input *in,
		    const struct field_errors *errors) MUST_CHECK;

#endif
