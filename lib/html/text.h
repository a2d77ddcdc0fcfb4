/*
 * The site's own words in the reader's language. English stands in the source;
 * po/zh_CN.po holds the Chinese. Both are compiled in as one sorted table, so
 * that a missing translation is found when the site is built.
 */
#ifndef HTML_TEXT_H
#define HTML_TEXT_H

#include "base/buf.h"

enum { TEXT_ZH, TEXT_EN, TEXT_LANGUAGES };

/* Marks a literal for the catalogue that is translated elsewhere: in tables, in lists of errors. */
#define N_(literal) literal

/*
 * The text for an English literal that the catalogue holds: text_get(language, "Log in").
 * An unknown literal is a bug and aborts; the build collects every literal in text_get, N_,
 * text_format, text_count and text_plural, so that this does not reach a reader.
 */
struct str text_get(int language, const char *english);

/*
 * With {0}, {1} ... replaced by the arguments: text_format(a, language, "Reply to {0}", list,
 * count). The result is text: it is escaped where it is shown.
 */
struct str text_format(struct arena *a, int language, const char *english,
		       const struct str *arguments, size_t count);

/* "1 comment", "3 comments": picks the plural form for n; {0} is n. Both forms are literals. */
struct str text_count(struct arena *a, int language, const char *one, const char *many, int64_t n);

/* The form for n of a text with a plural, its {0} still in it. Both forms are literals. */
struct str text_plural(int language, const char *one, const char *many, int64_t n);

/* "zh-CN" and "en", for <html lang>. */
struct str text_language_tag(int language);

/*
 * The language a reader wants: the cookie's value ("zh", "en") when it is one of ours, else the
 * best of an Accept-Language header, else Chinese.
 */
int text_choose(struct str cookie, struct str accept_language);

/* For generated templates: the text by its place in the table, and its form for n. */
struct str text_at(int language, int index);
struct str text_plural_at(int language, int index, int64_t n);

/*
 * Walk a text with {0} to {9} in it: *before becomes what stands before the next of these, *text
 * what stands behind it, and its number is returned. -1 at the end: *before is all that was left.
 */
int text_next_slot(struct str *text, struct str *before);

#endif
