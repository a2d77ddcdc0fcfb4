/* Values that several pages show: prices, dates, time left, the head of a sale. */
#include "base/clock.h"
#include "base/money.h"
#include "domain/picture.h"
#include "sale/sale_pages.h"

struct str yuan(struct req *r, int64_t cents)
{
	struct str amount = money_text(r->ctx.arena, cents);

	return str_format(r->ctx.arena, "¥" STR_FMT, STR_ARG(amount));
}

struct url goods_picture(struct req *r, struct str picture, int size)
{
	if (!picture.n)
		return (struct url){ 0 };
	return picture_url(r->ctx.arena, PICTURE_GOODS, picture, size);
}

/* "2 days 03:04:05", "03:04:05": the last second is over when none is left. */
struct countdown_view countdown_view_from(struct req *r, int64_t ms)
{
	int64_t seconds = ms > 0 ? (ms + CLOCK_SECOND - 1) / CLOCK_SECOND : 0;
	int64_t days = seconds / 86400;
	struct arena *a = r->ctx.arena;
	struct str time = str_format(a, "%02d:%02d:%02d", (int)(seconds / 3600 % 24),
				     (int)(seconds / 60 % 60), (int)(seconds % 60));

	if (days > 0) {
		struct str count = text_count(a, r->language, "{0} day", "{0} days", days);

		time = str_format(a, STR_FMT " " STR_FMT, STR_ARG(count), STR_ARG(time));
	}
	return (struct countdown_view){ .ms = ms > 0 ? ms : 0, .shown = time };
}

/* Left of SQL's or of Redis's, whichever is known; between 0 and what there is. */
static int64_t units_left(const struct sale *s, int64_t left)
{
	int64_t known = left < 0 ? s->stock : left;

	return known < 0 ? 0 : known > s->units ? s->units : known;
}

struct offer_view offer_view_from(struct req *r, const struct sale *s, int64_t left)
{
	enum sale_phase phase = sale_phase_at(s, units_left(s, left), r->ctx.now);
	struct offer_view view = {
		.id = s->id,
		.name = s->goods.name,
		.excerpt = s->goods.excerpt,
		.picture = goods_picture(r, s->goods.picture, 320),
		.price = yuan(r, s->price),
		.left = units_left(s, left),
		.units = s->units,
		.is_soon = phase == SALE_SOON,
		.is_open = phase == SALE_OPEN && left >= 0,
		.is_away = phase == SALE_OPEN && left < 0,
		.is_sold_out = phase == SALE_SOLD_OUT,
		.is_ended = phase == SALE_ENDED,
		.starts = { s->starts_at },
		.ends = { sale_end_at(s) },
	};

	if (s->goods.price > s->price) {
		view.usual = yuan(r, s->goods.price);
		view.off = 100 * (s->goods.price - s->price) / s->goods.price;
	}
	if (phase == SALE_SOON)
		view.countdown = countdown_view_from(r, s->starts_at - r->ctx.now);
	else if (phase != SALE_ENDED)
		view.countdown = countdown_view_from(r, s->ends_at - r->ctx.now);
	return view;
}
