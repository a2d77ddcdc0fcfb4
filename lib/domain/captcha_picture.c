/* The picture of a captcha. Apart from the rest, so that only programs that show it load libgd. */
#include "domain/captcha.h"

#include "base/secret.h"
#include "domain/captcha_draw.h"

err captcha_picture_for(struct ctx *c, struct str id, struct str owner, struct str *png_out)
{
	struct str answer, hash;
	uint64_t seed;
	err e = captcha_answer(c, id, owner, &answer);

	if (e)
		return e;
	/* keyed: who knows the id does not know how its letters are bent */
	hash = secret_mac(c->arena, c->config->site.secret, &id, 1);
	memcpy(&seed, hash.p, sizeof(seed));
	return captcha_draw(c->arena, answer, seed, png_out);
}

err captcha_picture(struct ctx *c, struct str id, struct str *png_out)
{
	return captcha_picture_for(c, id, (struct str){ 0 }, png_out);
}
