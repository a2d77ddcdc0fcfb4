/*
 * Reading an answer the way a browser does: its tags, its text, its forms; and the faults a browser
 * would hide.
 */
#ifndef SUPPORT_PAGE_H
#define SUPPORT_PAGE_H

#include "support/fcgi_client.h"

#define PAGE_ATTRIBUTES_MAX 24

/* One tag. Names and values point into the page; values are not unescaped. */
struct page_tag {
	struct str name;
	bool is_end, is_empty; /* </x>, <x/> */
	struct {
		struct str name, value;
		bool has_value, is_quoted;
	} attributes[PAGE_ATTRIBUTES_MAX];
	size_t count;
	struct str text; /* between this tag and the next */
};

/* The next tag of *rest; false at the end. tag->name is empty when what follows '<' is no tag. */
bool page_next_tag(struct str *rest, struct page_tag *tag);

/* An attribute's value; its p is NULL when there is none. */
struct str page_attribute(const struct page_tag *tag, const char *name);

/*
 * What is wrong with a whole page, NULL when nothing is: tags that do not nest, an unquoted value,
 * an attribute twice, an id twice, a reference to an id that is not there (aria-describedby,
 * aria-labelledby, for, form, a link to a fragment of the page), a field without a label, a bare
 * '<' or '&', a script or style in the page, a link with another scheme.
 */
const char *page_fault(struct arena *a, struct str page);

/* The same for XML: well formed, as far as feeds and site maps go. */
const char *page_xml_fault(struct arena *a, struct str text);

/* Its tags and their attributes' names as text: "<p class><a href rel></a></p>". */
struct str page_shape(struct arena *a, struct str page);

/* The markup between an element with this id, or class, and its end; its p is NULL when it is not
 * there. */
struct str page_by_id(struct str page, const char *id);
struct str page_by_class(struct str page, const char *name);

/* Without tags, references resolved, white space trimmed and folded to single blanks. */
struct str page_text(struct arena *a, struct str markup);

/* The five references HTML needs resolved. */
struct str page_unescape(struct arena *a, struct str text);

/* What a field of the page's forms holds: a value, the text of a textarea; p is NULL without one.
 */
struct str page_value(struct arena *a, struct str page, const char *field);

/* The text of the elements that the field's aria-describedby names; empty when there are none. */
struct str page_description(struct arena *a, struct str page, const char *field);

/* How often text stands in the page. */
size_t page_count(struct str page, const char *text);

#endif
