/*
 * The picture of a captcha: strokes of our own, bent, under noise. For captcha.c and
 * captcha_picture.c only.
 */
#ifndef DOMAIN_CAPTCHA_DRAW_H
#define DOMAIN_CAPTCHA_DRAW_H

#include "domain/ctx.h"

/* What can be drawn: none of these is taken for another, bent or not. */
#define CAPTCHA_LETTERS "ABCDEFHJKLMNPRTUWXY34679"

#define CAPTCHA_WIDTH 160
#define CAPTCHA_HEIGHT 60

/*
 * A PNG of the text, which has letters of CAPTCHA_LETTERS only. The same seed gives the same
 * picture, so that asking again tells nothing new. ERR_INTERNAL when libgd fails.
 */
err captcha_draw(struct arena *a, struct str text, uint64_t seed, struct str *png_out) MUST_CHECK;

/* What is to be typed, while nobody has tried. ERR_NOT_FOUND as captcha_picture_for. In captcha.c.
 */
err captcha_answer(struct ctx *c, struct str id, struct str owner, struct str *out) MUST_CHECK;

#endif
