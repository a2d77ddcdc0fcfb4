/*
 * The address book: where a person has things sent. Only the viewer's own; another's is
 * ERR_NOT_FOUND, and a guest's ERR_AUTH. An order keeps the text of the address it was given
 * (address_text): changing or deleting one changes no order.
 */
#ifndef DOMAIN_ADDRESS_H
#define DOMAIN_ADDRESS_H

#include "domain/ctx.h"

#define ADDRESS_MOST 20       /* of one person */
#define ADDRESS_NAME_MAX 32   /* code points */
#define ADDRESS_REGION_MAX 60 /* code points */
#define ADDRESS_STREET_MAX 200

struct address {
	int64_t id;
	struct str name, phone, region, street;
	bool is_default;
};

struct address_list {
	struct address *items;
	size_t count;
};

/* The default first, then the newest. */
err address_mine(struct ctx *c, struct address_list *out) MUST_CHECK;
err address_find(struct ctx *c, int64_t id, struct address *out) MUST_CHECK;

/* What is wrong with a field, in English for the catalogue; NULL when nothing. */
const char *address_name_problem(struct str name);
const char *address_phone_problem(struct str phone);
const char *address_region_problem(struct str region);
const char *address_street_problem(struct str street);

/* Its texts as one, on two lines: what an order keeps. */
struct str address_text(struct arena *a, const struct address *address);

/*
 * White space around the fields is dropped. The first one becomes the default, and one that is to
 * be the default takes the place of the other. ERR_INVALID when a field is wrong, ERR_LIMITED
 * beyond ADDRESS_MOST. The same form makes one.
 */
err address_create(struct ctx *c, const struct address *a, struct str form_id,
		   int64_t *id_out) MUST_CHECK;
/* There is always a default: the one that is stays it until another becomes it. */
err address_edit(struct ctx *c, const struct address *a) MUST_CHECK;
/* After the default the newest of the others becomes it. */
err address_delete(struct ctx *c, int64_t id) MUST_CHECK;

#endif
