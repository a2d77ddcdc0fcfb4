/*
 * Links: which addresses may stand in a page, and how the site's own are built.
 */
#ifndef HTML_URL_H
#define HTML_URL_H

#include "html/html.h"

/*
 * A link somebody typed: http, https and mailto with a host or address, or a
 * path of this site ("/x", never "//x" or "/\x"). No control characters, no
 * credentials, at most 2,000 bytes. ERR_INVALID otherwise.
 */
err url_check(struct arena *a, struct str typed, struct url *out) MUST_CHECK;

/* A path of this site, for "return to": as url_check, but only "/...". */
err url_check_local(struct arena *a, struct str typed, struct url *out) MUST_CHECK;

/* The host of a checked http(s) link; empty for the others. */
struct str url_host(struct url link);

/*
 * A path of this site from a pattern of literal text and {}, each {} replaced
 * in turn: url_format(a, "/posts/{}/edit", id). Numbers as they are, texts
 * percent-encoded. A wrong number of arguments is a bug and aborts.
 */
#define url_format(a, pattern, ...) \
	url_format_parts((a), STR(pattern), (const struct url_part[]){ URL_PARTS(__VA_ARGS__) }, \
			 sizeof((const struct url_part[]){ URL_PARTS(__VA_ARGS__) }) / \
				 sizeof(struct url_part))

struct url_part {
	bool is_text;
	int64_t number;
	struct str text;
};

static inline struct url_part url_part_number(int64_t n)
{
	return (struct url_part){ .number = n };
}

static inline struct url_part url_part_text(struct str s)
{
	return (struct url_part){ .is_text = true, .text = s };
}

/* clang-format off */
#define URL_PART(x) \
	_Generic((x), struct str: url_part_text, int64_t: url_part_number, int: url_part_number)((x))
/* clang-format on */
#define URL_PARTS_1(x) URL_PART(x)
#define URL_PARTS_2(x, y) URL_PART(x), URL_PART(y)
#define URL_PARTS_3(x, y, z) URL_PART(x), URL_PART(y), URL_PART(z)
#define URL_PARTS_4(x, y, z, w) URL_PART(x), URL_PART(y), URL_PART(z), URL_PART(w)
#define URL_PARTS_PICK(_1, _2, _3, _4, name, ...) name
#define URL_PARTS(...) \
	URL_PARTS_PICK(__VA_ARGS__, URL_PARTS_4, URL_PARTS_3, URL_PARTS_2, URL_PARTS_1, 0) \
	(__VA_ARGS__)

struct url url_format_parts(struct arena *a, struct str pattern, const struct url_part *parts,
			    size_t count);

/* A path known when the program was written. */
#define URL_LITERAL(literal) ((struct url){ STR(literal) })

#endif
