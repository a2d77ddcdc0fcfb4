/*
 * Lua scripts. The first call in a process sends SCRIPT LOAD, whose answer is the SHA-1, and
 * the call with its text; later ones send the SHA-1. A new connection loads all that
 * are known before anything else, so a restarted Redis is never surprised; only SCRIPT FLUSH
 * makes it forget behind our back, and then the text is sent again.
 */
#include "store/cache_internal.h"

#include "base/sabotage.h"

static size_t find_or_add(struct cache *c, const struct cache_script *script)
{
	size_t i;

	for (i = 0; i < c->scripts_n; i++) {
		if (c->scripts[i].script == script)
			return i;
	}
	c->scripts = realloc(c->scripts, (i + 1) * sizeof(*c->scripts));
	if (!c->scripts)
		BUG("out of memory");
	c->scripts[i] = (struct cache_known){ .script = script };
	c->scripts_n++;
	return i;
}

static void queue_load(struct cache *c, size_t known)
{
	struct cache_pending *p = cache_add_pending(c);

	p->use = CACHE_USE_LOAD;
	p->known = known;
	cache_put_head(&c->out, 3);
	cache_put_text(&c->out, STR("SCRIPT"));
	cache_put_text(&c->out, STR("LOAD"));
	cache_put_text(&c->out, str_from_c(SABOTAGE_TEXT(c->scripts[known].script->text)));
	p->end = c->out.n;
	c->scripts[known].is_queued = true;
}

struct cache_reply *cache_want_script(struct cache *c, const struct cache_script *script,
				      size_t keys, struct cache_args args)
{
	size_t i = find_or_add(c, script);
	struct cache_known *known = &c->scripts[i];
	struct cache_pending *p;

	if (!known->is_known && !known->is_queued)
		queue_load(c, i);
	p = cache_add_pending(c);
	p->use = CACHE_USE_SCRIPT;
	p->known = i;
	p->arguments = args.count + 1;
	cache_put_head(&c->out, args.count + 3);
	cache_put_text(&c->out, known->is_known ? STR("EVALSHA") : STR("EVAL"));
	cache_put_text(&c->out, known->is_known ? (struct str){ known->sha, CACHE_SHA_SIZE }
						: str_from_c(SABOTAGE_TEXT(script->text)));
	p->tail = c->out.n;
	cache_put_int(&c->out, (int64_t)keys);
	cache_put_args(&c->out, args);
	p->end = c->out.n;
	return p->reply;
}

void cache_learn_sha(struct cache *c, const struct cache_pending *p)
{
	struct cache_known *known = &c->scripts[p->known];

	known->is_queued = false;
	if (p->reply->kind != CACHE_KIND_TEXT || p->reply->is.text.n != CACHE_SHA_SIZE)
		return; /* the call's own answer tells what is wrong with the script */
	memcpy(known->sha, p->reply->is.text.p, CACHE_SHA_SIZE);
	known->is_known = true;
}

void cache_put_eval(struct cache *c, struct cache_bytes *b, const struct cache_pending *p)
{
	cache_put_head(b, p->arguments + 2);
	cache_put_text(b, STR("EVAL"));
	cache_put_text(b, str_from_c(SABOTAGE_TEXT(c->scripts[p->known].script->text)));
	cache_put_raw(b, c->out.p + p->tail, p->end - p->tail);
}
