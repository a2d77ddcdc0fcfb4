/* Is it alive, and can it work? */
#include "domain/health.h"

#include "site/site_pages.h"

err healthz_page(struct req *r)
{
	return resp_body(r, 200, STR("text/plain; charset=utf-8"), STR("ok\n"));
}

static const char *word(bool is_true)
{
	return is_true ? "true" : "false";
}

err readyz_page(struct req *r)
{
	struct health h;
	bool is_ready;

	health_check(&r->ctx, &h);
	is_ready = h.has_db && h.has_cache;
	return resp_body(r, is_ready ? 200 : 503, STR("application/json; charset=utf-8"),
			 str_format(r->ctx.arena,
				    "{\"ready\":%s,\"mariadb\":%s,\"redis\":%s,\"rabbitmq\":%s}\n",
				    word(is_ready), word(h.has_db), word(h.has_cache),
				    word(h.has_mq)));
}
