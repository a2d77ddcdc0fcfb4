/*
 * Letters as strokes on a grid of 7 by 9 points, each drawn turned and sheared, the whole bent by
 * two waves, at twice the size and then made smaller, which smooths it. No font file is needed.
 */
#include "domain/captcha_draw.h"

#include <gd.h>
#include <math.h>

#define SCALE 2
#define WIDTH (CAPTCHA_WIDTH * SCALE)
#define HEIGHT (CAPTCHA_HEIGHT * SCALE)
#define STEPS 16 /* dots between two points of a stroke */
#define LINES 5
#define SPECKS 160

/* Points "xy", y downwards; strokes are separated by a space. In the order of CAPTCHA_LETTERS. */
static const char *const glyphs[] = {
	"083068 1555",                  /* A */
	"0008 004061634404 4465674808", /* B */
	"6140200206284867",             /* C */
	"0008 003062663808",            /* D */
	"60000868 0444",                /* E */
	"600008 0444",                  /* F */
	"0008 6068 0464",               /* H */
	"5056382806",                   /* J */
	"0008 6004 2368",               /* K */
	"000868",                       /* L */
	"0800346068",                   /* M */
	"08006860",                     /* N */
	"08004061634404",               /* P */
	"08004061634404 3468",          /* R */
	"0060 3038",                    /* T */
	"000628486660",                 /* U */
	"0018335860",                   /* W */
	"0068 6008",                    /* X */
	"003460 3438",                  /* Y */
	"01204061634424 446567482807",  /* 3 */
	"48400565",                     /* 4 */
	"5021040628486665442406",       /* 6 */
	"006028",                       /* 7 */
	"1847646240200203244462",       /* 9 */
};
_Static_assert(ARRAY_LEN(glyphs) == sizeof(CAPTCHA_LETTERS) - 1, "a letter without strokes");

struct drawing {
	gdImagePtr image;
	uint64_t seed;
	int ink;
	double wave_x, wave_y, phase_x, phase_y; /* how far and where it is bent */
	double pen;                              /* width of a stroke */
};

/* Where one letter goes. */
struct place {
	double x, y, width, height, turn, shear;
};

/* splitmix64: only how it looks hangs on this, the text was chosen by libsodium. */
static double chance(struct drawing *d, double from, double to)
{
	uint64_t z = d->seed += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	z ^= z >> 31;
	return from + (to - from) * ((double)(z >> 11) * 0x1p-53);
}

static void dot(struct drawing *d, double x, double y, double size, int colour)
{
	double bent_x = x + d->wave_x * sin(y / 21 + d->phase_x);
	double bent_y = y + d->wave_y * sin(x / 33 + d->phase_y);
	int across = (int)lround(size);

	gdImageFilledEllipse(d->image, (int)lround(bent_x), (int)lround(bent_y), across, across,
			     colour);
}

/* A point of the grid, as far from the middle of the letter as it is there, turned. */
static void map(const struct place *at, char px, char py, double *x, double *y)
{
	double gx = (px - '0' - 3) / 6.0 * at->width, gy = (py - '0' - 4) / 8.0 * at->height;

	gx += at->shear * gy;
	*x = at->x + gx * cos(at->turn) - gy * sin(at->turn);
	*y = at->y + gx * sin(at->turn) + gy * cos(at->turn);
}

static void draw_segment(struct drawing *d, const struct place *at, const char *from)
{
	double x1, y1, x2, y2;
	int i;

	map(at, from[0], from[1], &x1, &y1);
	map(at, from[2], from[3], &x2, &y2);
	for (i = 0; i <= STEPS; i++)
		dot(d, x1 + (x2 - x1) * i / STEPS, y1 + (y2 - y1) * i / STEPS, d->pen, d->ink);
}

static void draw_letter(struct drawing *d, char letter, const struct place *at)
{
	const char *found = strchr(CAPTCHA_LETTERS, letter), *p;

	if (!letter || !found)
		BUG("captcha: no strokes for character %d", letter);
	for (p = glyphs[found - CAPTCHA_LETTERS]; p[0] && p[1];) {
		if (p[2] == ' ') {
			p += 3;
		} else if (p[2]) {
			draw_segment(d, at, p);
			p += 2;
		} else {
			return;
		}
	}
}

static int shade(struct drawing *d, double from, double to)
{
	return gdTrueColor((int)chance(d, from, to), (int)chance(d, from, to),
			   (int)chance(d, from, to));
}

/* Thin curves in the colour of the letters and of the paper: a program cannot just drop a colour.
 */
static void draw_noise(struct drawing *d, int paper)
{
	int i, x;

	for (i = 0; i < LINES; i++) {
		double y = chance(d, 0.15, 0.85) * HEIGHT, slope = chance(d, -0.22, 0.22);
		double bow = chance(d, 4, 16), length = chance(d, 24, 60);
		int colour = i % 2 ? paper : d->ink;

		for (x = 0; x < WIDTH; x++)
			dot(d, x, y + slope * (x - WIDTH / 2.0) + bow * sin(x / length), 3, colour);
	}
	for (i = 0; i < SPECKS; i++)
		dot(d, chance(d, 0, WIDTH), chance(d, 0, HEIGHT), chance(d, 2, 5),
		    shade(d, 90, 200));
}

static void draw_text(struct drawing *d, struct str text)
{
	double pitch = (WIDTH - 50.0) / (double)text.n;
	size_t i;

	for (i = 0; i < text.n; i++) {
		struct place at = {
			.x = 25 + pitch * ((double)i + 0.5) + chance(d, -5, 5),
			.y = HEIGHT / 2.0 + chance(d, -9, 9),
			.width = chance(d, 32, 40),
			.height = chance(d, 58, 70),
			.turn = chance(d, -0.28, 0.28),
			.shear = chance(d, -0.18, 0.18),
		};

		draw_letter(d, text.p[i], &at);
	}
}

static err encode(struct arena *a, gdImagePtr large, struct str *png_out)
{
	gdImagePtr small = gdImageCreateTrueColor(CAPTCHA_WIDTH, CAPTCHA_HEIGHT);
	void *png;
	int size = 0;

	if (!small)
		return ERR_INTERNAL;
	gdImageCopyResampled(small, large, 0, 0, 0, 0, CAPTCHA_WIDTH, CAPTCHA_HEIGHT, WIDTH,
			     HEIGHT);
	gdImageTrueColorToPalette(small, 0, 32);
	png = gdImagePngPtr(small, &size);
	gdImageDestroy(small);
	if (!png)
		return ERR_INTERNAL;
	*png_out = str_copy(a, (struct str){ png, (size_t)size });
	gdFree(png);
	return OK;
}

err captcha_draw(struct arena *a, struct str text, uint64_t seed, struct str *png_out)
{
	struct drawing d = { .image = gdImageCreateTrueColor(WIDTH, HEIGHT), .seed = seed };
	int paper;
	err e;

	if (!d.image)
		return ERR_INTERNAL;
	paper = shade(&d, 232, 252);
	d.ink = shade(&d, 20, 110);
	d.wave_x = chance(&d, 3, 6);
	d.wave_y = chance(&d, 4, 8);
	d.phase_x = chance(&d, 0, 6.28);
	d.phase_y = chance(&d, 0, 6.28);
	d.pen = chance(&d, 8, 10.5);
	gdImageFilledRectangle(d.image, 0, 0, WIDTH - 1, HEIGHT - 1, paper);
	draw_text(&d, text);
	draw_noise(&d, paper);
	e = encode(a, d.image, png_out);
	gdImageDestroy(d.image);
	return e;
}
