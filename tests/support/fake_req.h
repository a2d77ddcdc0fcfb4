/*
 * A request without a server: for tests of handlers, whose domain functions are replaced by the
 * linker, and of the way through the checks. MariaDB, Redis and RabbitMQ are down.
 *
 *   struct fake_req *f = fake_req_open((const char *[]){ "PATH_INFO=/posts/7", NULL }, "");
 *   fake_req_member(f, 3, "ann", ROLE_USER);
 *   f->req->id = 7;
 *   assert_int_equal(post_show_page(f->req), OK);
 *   assert_true(fake_req_has(f, "<h1>&lt;i&gt;</h1>"));
 *   fake_req_close(f);
 */
#ifndef SUPPORT_FAKE_REQ_H
#define SUPPORT_FAKE_REQ_H

#include "web/state.h"

struct fake_req {
	struct app app;
	struct source source;
	struct req *req;
	struct str body; /* of the request; read by the source */
	size_t body_read;
	struct str head; /* of the answer, after fake_req_serve */
};

/* variables: "NAME=value", up to a NULL. Without REQUEST_METHOD it is a GET, or a POST of a form
 * with a body. */
struct fake_req *fake_req_open(const char *const *variables, const char *body);

/* The reader is logged in, for handlers called directly. */
void fake_req_member(struct fake_req *f, int64_t id, const char *name, enum role role);

/* From the route to the last header, as the real program does. */
void fake_req_serve(struct fake_req *f, const struct route *routes, size_t count);

/* The body of a POST as a handler finds it: for handlers called directly. */
void fake_req_read_form(struct fake_req *f);

/* Text in the answer's body; a header's value, empty when there is none. */
bool fake_req_has(const struct fake_req *f, const char *text);
struct str fake_req_header(const struct fake_req *f, const char *name);

void fake_req_close(struct fake_req *f);

#endif
