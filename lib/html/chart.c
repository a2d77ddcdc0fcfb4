/* Counts as the outline of a drawing. */
#include "html/chart.h"

int64_t chart_top(int64_t most)
{
	int64_t unit = 1;
	int64_t top = 2;

	/* Nothing counted here comes near the end of the numbers; the loop ends there all the same.
	 */
	while (top < most && unit < INT64_MAX / 100) {
		top += 2 * unit;
		if (top > 10 * unit) {
			unit *= 10;
			top = 2 * unit;
		}
	}
	return top < most ? most : top;
}

static int64_t positive(int64_t value)
{
	return value > 0 ? value : 0;
}

static int64_t height_of(int64_t value, int64_t top)
{
	/* In parts, so that nothing overflows. */
	return value / top * CHART_HEIGHT +
	       (int64_t)((double)(value % top) * CHART_HEIGHT / (double)top + 0.5);
}

/* A step that is as high as the one before only makes that one longer. */
static void draw_steps(struct buf *b, const int64_t *values, size_t count, int64_t top)
{
	int64_t before = -1;
	size_t i;

	for (i = 0; i < count; i++) {
		int64_t y = CHART_HEIGHT - height_of(positive(values[i]), top);

		if (i == 0)
			buf_addf(b, "M0 %lld", (long long)y);
		else if (y != before)
			buf_addf(b, "H%zuV%lld", i, (long long)y);
		before = y;
	}
	buf_addf(b, "H%zu", count);
}

void chart_draw(struct arena *a, const int64_t *values, size_t count, struct chart *out)
{
	struct buf b;
	size_t i;

	*out = (struct chart){ .width = count };
	for (i = 0; i < count; i++) {
		out->sum += positive(values[i]);
		if (values[i] > out->most)
			out->most = values[i];
	}
	out->top = chart_top(out->most);
	out->middle = out->top / 2;
	buf_init(&b, a, count * 12 + 32);
	draw_steps(&b, values, count, out->top);
	out->steps = str_copy(a, buf_str(&b));
	buf_addf(&b, "V%dH0Z", CHART_HEIGHT);
	out->area = buf_str(&b);
}
