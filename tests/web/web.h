/* What the web tests share: cmocka, a site, and asserts about its answers. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "support/patience.h"
#include "support/visit.h"

/* The site of the program; its programs are given by WEB_TEST_MAIN. */
extern struct site *site;

static inline void show_reply(struct reply r)
{
	struct arena *a = arena_new(4096);
	struct str body = page_by_id(r.body, "main");

	if (!body.p)
		body = r.body;
	print_error("status %d\n" STR_FMT "\n" STR_FMT "\n", r.status, STR_ARG(r.head),
		    STR_ARG(str_slice(page_text(a, body), 0, 1500)));
	arena_free(a);
}

static inline void assert_status_at(struct reply r, int status, const char *file, int line)
{
	if (r.status == status)
		return;
	print_error("not the status %d, but:\n", status);
	show_reply(r);
	_fail(file, line);
}
#define assert_status(reply, status) assert_status_at((reply), (status), __FILE__, __LINE__)

static inline void assert_page_at(struct browser *b, struct reply r, int status, const char *file,
				  int line)
{
	const char *fault;

	assert_status_at(r, status, file, line);
	fault = page_fault(b->arena, r.body);
	if (!fault)
		return;
	print_error("the page is not sound: %s\n", fault);
	_fail(file, line);
}
/* The answer has this status and is a page without fault. */
#define assert_page(browser, reply, status) \
	assert_page_at((browser), (reply), (status), __FILE__, __LINE__)

static inline void assert_has_at(struct reply r, const char *text, bool is_wanted, const char *file,
				 int line)
{
	if (reply_has(&r, text) == is_wanted)
		return;
	print_error("%s \"%s\":\n", is_wanted ? "no" : "there is", text);
	show_reply(r);
	_fail(file, line);
}
#define assert_has(reply, text) assert_has_at((reply), (text), true, __FILE__, __LINE__)
#define assert_has_not(reply, text) assert_has_at((reply), (text), false, __FILE__, __LINE__)

/* What a person reads on it, without the markup. */
static inline bool shows(struct browser *b, struct reply r, const char *text)
{
	return str_find(page_text(b->arena, page_by_id(r.body, "main")), str_from_c(text)) >= 0;
}

static inline void assert_shows_at(struct browser *b, struct reply r, const char *text,
				   const char *file, int line)
{
	if (shows(b, r, text))
		return;
	print_error("\"%s\" is not shown:\n", text);
	show_reply(r);
	_fail(file, line);
}
#define assert_shows(browser, reply, text) \
	assert_shows_at((browser), (reply), (text), __FILE__, __LINE__)

static inline void assert_text_at(struct str got, struct str wanted, const char *file, int line)
{
	if (str_is(got, wanted))
		return;
	print_error("got  \"" STR_FMT "\"\nnot  \"" STR_FMT "\"\n", STR_ARG(got), STR_ARG(wanted));
	_fail(file, line);
}
#define assert_same(got, wanted) assert_text_at((got), (wanted), __FILE__, __LINE__)
#define assert_text(got, literal) assert_text_at((got), STR(literal), __FILE__, __LINE__)

static inline void assert_redirect_at(struct browser *b, struct reply r, const char *to,
				      const char *file, int line)
{
	assert_status_at(r, 303, file, line);
	assert_text_at(reply_header(b, &r, "Location"), str_from_c(to), file, line);
}
#define assert_redirect(browser, reply, to) \
	assert_redirect_at((browser), (reply), (to), __FILE__, __LINE__)

/* cmocka wants int main; the programs are named by literals: WEB_TEST_MAIN("post", "site"). */
#define WEB_TEST_MAIN(...) \
	struct site *site; \
	static int start_site(void **state) \
	{ \
		(void)state; \
		site = site_start((const char *const[]){ __VA_ARGS__, NULL }); \
		return 0; \
	} \
	static int stop_site(void **state) \
	{ \
		(void)state; \
		visit_end(); \
		site_stop(site); \
		return 0; \
	} \
	int main(void) \
	{ \
		return cmocka_run_group_tests(tests, start_site, stop_site); \
	}

#endif
