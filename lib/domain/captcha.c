/* Captchas: the answer lives in Redis until somebody tries it. */
#include "domain/captcha.h"

#include "base/secret.h"
#include "base/utf8.h"
#include "domain/captcha_draw.h"

#define ID_BYTES 16
#define ID_LENGTH 22
#define ANSWER_LENGTH 5
#define TYPED_MAX 64 /* bytes; what is longer is no answer */

static struct str captcha_key(struct arena *a, struct str id)
{
	return str_format(a, "captcha:" STR_FMT, STR_ARG(id));
}

err captcha_new(struct ctx *c, struct str *id_out)
{
	struct str id = secret_token(c->arena, ID_BYTES);
	char answer[ANSWER_LENGTH];
	struct cache_reply *reply;
	size_t i;
	err e;

	for (i = 0; i < ANSWER_LENGTH; i++)
		answer[i] = CAPTCHA_LETTERS[secret_random_below(sizeof(CAPTCHA_LETTERS) - 1)];
	e = cache_run(c->cache, &reply,
		      CACHE_ARGS(STR("SET"), captcha_key(c->arena, id),
				 ((struct str){ answer, ANSWER_LENGTH }), STR("EX"),
				 CAPTCHA_SECONDS));
	if (e)
		return e;
	if (cache_is_nil(reply))
		return ERR_UNAVAILABLE;
	*id_out = id;
	return OK;
}

err captcha_picture(struct ctx *c, struct str id, struct str *png_out)
{
	struct cache_reply *reply;
	struct str hash;
	uint64_t seed;
	err e;

	if (!secret_is_token(id, ID_LENGTH))
		return ERR_NOT_FOUND;
	e = cache_run(c->cache, &reply, CACHE_ARGS(STR("GET"), captcha_key(c->arena, id)));
	if (e)
		return e;
	if (cache_text(reply).n != ANSWER_LENGTH)
		return ERR_NOT_FOUND;
	/* keyed: who knows the id does not know how its letters are bent */
	hash = secret_mac(c->arena, c->config->site.secret, &id, 1);
	memcpy(&seed, hash.p, sizeof(seed));
	return captcha_draw(c->arena, cache_text(reply), seed, png_out);
}

/* What was typed without white space, in capitals; full-width letters of an input method are
 * letters too. */
static struct str plain(struct arena *a, struct str typed)
{
	struct str folded;
	char *text;
	size_t i, n = 0;

	if (typed.n > TYPED_MAX || utf8_fold(a, typed, &folded))
		return (struct str){ 0 };
	text = str_c(a, folded);
	for (i = 0; i < folded.n; i++) {
		if (text[i] == ' ' || text[i] == '\t')
			continue;
		text[n++] =
			(char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - ('a' - 'A') : text[i]);
	}
	return (struct str){ text, n };
}

err captcha_check(struct ctx *c, struct str id, struct str typed, bool *is_right_out)
{
	struct cache_reply *reply;
	struct str answer;
	err e;

	*is_right_out = false;
	if (!secret_is_token(id, ID_LENGTH))
		return OK;
	e = cache_run(c->cache, &reply, CACHE_ARGS(STR("GETDEL"), captcha_key(c->arena, id)));
	if (e)
		return e;
	answer = cache_text(reply);
	*is_right_out = answer.n == ANSWER_LENGTH && str_is(answer, plain(c->arena, typed));
	return OK;
}
