/* Captchas: the answer, and behind it whose it is, live in Redis until somebody tries it. */
#include "domain/captcha.h"

#include "base/secret.h"
#include "base/utf8.h"
#include "domain/captcha_draw.h"
#include "html/text.h"

#define ID_BYTES 16
#define ID_LENGTH 22
#define ANSWER_LENGTH 5
#define TYPED_MAX 64 /* bytes; what is longer is no answer */

/* Who typed what stood there, only late, is not told to have misread it. */
_Static_assert(CAPTCHA_SECONDS == 180, "captcha_is_wrong says so");
const char captcha_is_wrong[] =
	N_("These are not the characters of the picture, or it is older than three minutes. Here "
	   "is another one.");

static struct str captcha_key(struct arena *a, struct str id)
{
	return str_format(a, "captcha:" STR_FMT, STR_ARG(id));
}

err captcha_new_for(struct ctx *c, struct str owner, struct str *id_out)
{
	struct str id = secret_token(c->arena, ID_BYTES);
	struct cache_reply *reply;
	struct buf b;
	size_t i;
	err e;

	buf_init(&b, c->arena, ANSWER_LENGTH + owner.n + 1);
	for (i = 0; i < ANSWER_LENGTH; i++)
		buf_add_char(&b, CAPTCHA_LETTERS[secret_random_below(sizeof(CAPTCHA_LETTERS) - 1)]);
	buf_add(&b, owner);
	e = cache_run(c->cache, &reply,
		      CACHE_ARGS(STR("SET"), captcha_key(c->arena, id), buf_str(&b), STR("EX"),
				 CAPTCHA_SECONDS));
	if (e)
		return e;
	if (cache_is_nil(reply))
		return ERR_UNAVAILABLE;
	*id_out = id;
	return OK;
}

err captcha_new(struct ctx *c, struct str *id_out)
{
	return captcha_new_for(c, (struct str){ 0 }, id_out);
}

/* The answer when it is this owner's, else nothing. */
static struct str answer_of(const struct cache_reply *reply, struct str owner)
{
	struct str kept = cache_text(reply);

	if (kept.n < ANSWER_LENGTH || !str_is(str_slice(kept, ANSWER_LENGTH, kept.n), owner))
		return (struct str){ 0 };
	return str_slice(kept, 0, ANSWER_LENGTH);
}

err captcha_answer(struct ctx *c, struct str id, struct str owner, struct str *out)
{
	struct cache_reply *reply;
	err e;

	if (!secret_is_token(id, ID_LENGTH))
		return ERR_NOT_FOUND;
	e = cache_run(c->cache, &reply, CACHE_ARGS(STR("GET"), captcha_key(c->arena, id)));
	if (e)
		return e;
	*out = answer_of(reply, owner);
	return out->n ? OK : ERR_NOT_FOUND;
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

err captcha_check_for(struct ctx *c, struct str id, struct str owner, struct str typed,
		      bool *is_right_out)
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
	answer = answer_of(reply, owner);
	*is_right_out = answer.n && str_is(answer, plain(c->arena, typed));
	return OK;
}

err captcha_check(struct ctx *c, struct str id, struct str typed, bool *is_right_out)
{
	return captcha_check_for(c, id, (struct str){ 0 }, typed, is_right_out);
}
