/* Tables of names. They are short, and searched once per tag when the site is built. */
#include "elements.h"

static bool is_listed(struct str name, const char *const *list)
{
	for (; *list; list++)
		if (str_is_nocase(name, str_from_c(*list)))
			return true;
	return false;
}

enum attribute_kind attribute_kind(struct str name)
{
	static const char *const addresses[] = { "href",   "src",      "action",     "formaction",
						 "poster", "cite",     "data",       "background",
						 "icon",   "longdesc", "xlink:href", NULL };
	static const char *const literals[] = { "method", "enctype", "srcset", "imagesrcset",
						"ping",   "rel",     "target", NULL };
	static const char *const refused[] = { "style",      "srcdoc",   "formmethod",
					       "http-equiv", "xml:base", NULL };

	if (is_listed(name, refused) || str_is_nocase(str_slice(name, 0, 2), STR("on")))
		return ATTRIBUTE_REFUSED;
	if (is_listed(name, addresses))
		return ATTRIBUTE_ADDRESS;
	return is_listed(name, literals) ? ATTRIBUTE_LITERAL : ATTRIBUTE_PLAIN;
}

bool element_is_void(struct str name)
{
	static const char *const names[] = { "area", "br",   "col",    "hr",    "img", "input",
					     "link", "meta", "source", "track", "wbr", NULL };

	return is_listed(name, names);
}

bool element_ends_paragraph(struct str name)
{
	static const char *const names[] = {
		"address", "article",  "aside",      "blockquote", "details", "dialog", "div",
		"dl",      "fieldset", "figcaption", "figure",     "footer",  "form",   "h1",
		"h2",      "h3",       "h4",         "h5",         "h6",      "header", "hgroup",
		"hr",      "main",     "menu",       "nav",        "ol",      "p",      "pre",
		"search",  "section",  "table",      "ul",         NULL
	};

	return is_listed(name, names);
}

bool element_is_block(struct str name)
{
	static const char *const names[] = { "html",   "head",     "body",     "title", "meta",
					     "link",   "script",   "li",       "dt",    "dd",
					     "thead",  "tbody",    "tfoot",    "tr",    "td",
					     "th",     "caption",  "colgroup", "col",   "legend",
					     "option", "optgroup", "summary",  "br",    "source",
					     "track",  NULL };

	return is_listed(name, names) || element_ends_paragraph(name);
}

bool element_holds_text(struct str name)
{
	return str_is_nocase(name, STR("title")) || str_is_nocase(name, STR("textarea"));
}

bool element_keeps_space(struct str name)
{
	return str_is_nocase(name, STR("pre")) || str_is_nocase(name, STR("textarea"));
}

const char *element_refusal(struct str name)
{
	static const char *const outdated[] = { "applet",    "font",    "frame",   "frameset",
						"listing",   "marquee", "noembed", "noframes",
						"plaintext", "xmp",     "center",  NULL };
	static const char *const foreign[] = {
		"base", "embed", "iframe", "object", "template", NULL
	};

	if (str_is_nocase(name, STR("style")))
		return "the content policy forbids inline styles: use a style sheet";
	if (is_listed(name, foreign))
		return "the content policy forbids it";
	return is_listed(name, outdated) ? "it is not HTML any more" : NULL;
}
