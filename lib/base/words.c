/*
 * Words to mask. A text is first turned into units, the characters that count;
 * the automaton is a trie in one array with a hash table for its edges.
 */
#include "base/words.h"

#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"

#define ROOT 0

/* A character that counts, folded, and the bytes of the text it stands for. */
struct unit {
	uint32_t code_point;
	size_t from, to;
};

struct node {
	uint32_t code_point; /* on the edge to this node */
	uint32_t parent;
	uint32_t fail;    /* the longest proper suffix that is in the trie too */
	uint32_t depth;   /* units from the root */
	uint32_t longest; /* units of the longest word that ends here; 0 for none */
};

struct words {
	struct node *nodes; /* the root first; no node stands before its parent */
	size_t count;
	uint32_t *edges; /* numbers of nodes, hashed by parent and code point; 0 is free */
	size_t mask;
};

static uint32_t fold(uint32_t code_point)
{
	if (code_point >= 0xFF01 && code_point <= 0xFF5E)
		code_point -= 0xFEE0;
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
}

/* Letters and digits; what is left are symbols, marks and white space. */
static bool is_counted(uint32_t code_point)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);

	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
	       (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

static bool is_space(uint32_t code_point)
{
	return code_point == ' ' || (code_point >= '\t' && code_point <= '\r') ||
	       utf8proc_category((utf8proc_int32_t)code_point) == UTF8PROC_CATEGORY_ZS;
}

/* Of a script that puts spaces between words, as all those before U+2E80 do. */
static bool is_spaced(uint32_t code_point)
{
	return code_point < 0x2E80 && is_counted(code_point);
}

/* Where the reading of a text is. */
struct scan {
	struct str text, rest;
	uint32_t before;     /* the code point before rest */
	uint32_t counted;    /* the last one that counted, */
	bool was_alone;      /* whether it stood alone, */
	bool has_space;      /* and whether there was white space since */
	struct unit pending; /* follows a ' '; code_point is 0 when there is none */
};

static struct scan scan_start(struct str text)
{
	return (struct scan){ .text = text, .rest = text, .before = ' ', .counted = ' ' };
}

/* The last code point read is a letter with no letter at either side. */
static bool stands_alone(const struct scan *s)
{
	struct str ahead = s->rest;
	uint32_t after;

	return !is_spaced(s->before) && !(utf8_next(&ahead, &after) && is_spaced(fold(after)));
}

/* A unit that was found; a ' ' is put before it where two words meet. */
static struct unit scan_count(struct scan *s, struct unit unit)
{
	bool is_alone = stands_alone(s);
	bool is_border = s->has_space && is_spaced(s->counted) && is_spaced(unit.code_point) &&
			 !(s->was_alone && is_alone);

	s->before = unit.code_point;
	s->counted = unit.code_point;
	s->was_alone = is_alone;
	s->has_space = false;
	if (!is_border)
		return unit;
	s->pending = unit;
	return (struct unit){ ' ', unit.from, unit.from };
}

/*
 * The next unit of a text. Symbols are left out. So is white space, but between words of Latin and
 * its like it counts as one ' ': there is no word of a, s, s in "has some". Letters set apart one
 * by one, "b a d", are no words, and close up.
 */
static bool scan_next(struct scan *s, struct unit *out)
{
	uint32_t code_point;
	size_t from;

	if (s->pending.code_point) {
		*out = s->pending;
		s->pending.code_point = 0;
		return true;
	}
	while (from = s->text.n - s->rest.n, utf8_next(&s->rest, &code_point)) {
		code_point = fold(code_point);
		if (is_counted(code_point)) {
			*out = scan_count(s,
					  (struct unit){ code_point, from, s->text.n - s->rest.n });
			return true;
		}
		s->has_space = s->has_space || is_space(code_point);
		s->before = code_point;
	}
	return false;
}

static uint32_t *edge(const struct words *w, uint32_t parent, uint32_t code_point)
{
	uint64_t hash = ((uint64_t)parent << 21 ^ code_point) * UINT64_C(0x9E3779B97F4A7C15);
	size_t i = (size_t)(hash >> 20) & w->mask;

	while (w->edges[i] && (w->nodes[w->edges[i]].parent != parent ||
			       w->nodes[w->edges[i]].code_point != code_point))
		i = (i + 1) & w->mask;
	return &w->edges[i];
}

static void add_word(struct words *w, struct str word)
{
	struct scan scan = scan_start(word);
	uint32_t at = ROOT;
	struct unit unit;

	while (scan_next(&scan, &unit)) {
		uint32_t *next = edge(w, at, unit.code_point);

		if (!*next) {
			w->nodes[w->count] = (struct node){
				.code_point = unit.code_point,
				.parent = at,
				.depth = w->nodes[at].depth + 1,
			};
			*next = (uint32_t)w->count++;
		}
		at = *next;
	}
	w->nodes[at].longest = w->nodes[at].depth;
}

/* From a state, by one more unit, to the longest suffix that is in the trie. */
static uint32_t step(const struct words *w, uint32_t state, uint32_t code_point)
{
	for (;;) {
		uint32_t next = *edge(w, state, code_point);

		if (next || state == ROOT)
			return next;
		state = w->nodes[state].fail;
	}
}

static int by_depth(const void *left, const void *right, void *nodes)
{
	const struct node *n = nodes;
	uint32_t l = n[*(const uint32_t *)left].depth;
	uint32_t r = n[*(const uint32_t *)right].depth;

	return (l > r) - (l < r);
}

/* The fail of a node needs those of all nodes above it. */
static void link_suffixes(struct words *w, struct arena *a)
{
	uint32_t *order = ARENA_ARRAY(a, uint32_t, w->count);
	size_t i;

	for (i = 0; i < w->count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, w->count, sizeof(*order), by_depth, w->nodes);
	for (i = 1; i < w->count; i++) {
		struct node *n = &w->nodes[order[i]];

		if (n->parent != ROOT)
			n->fail = step(w, w->nodes[n->parent].fail, n->code_point);
		if (!n->longest)
			n->longest = w->nodes[n->fail].longest;
	}
}

struct words *words_new(struct arena *a, const struct str *list, size_t count)
{
	struct words *w = ARENA_NEW(a, struct words);
	size_t nodes = 1;
	size_t room = 16;
	size_t i;

	/* A border makes two units of one code point, but takes the place of white space. */
	for (i = 0; i < count; i++)
		nodes += utf8_count(list[i]);
	if (nodes > UINT32_MAX / 4)
		BUG("%zu words are too many", count);
	while (room < 2 * nodes)
		room *= 2;
	w->nodes = ARENA_ARRAY(a, struct node, nodes);
	w->count = 1;
	w->edges = ARENA_ARRAY(a, uint32_t, room);
	w->mask = room - 1;
	for (i = 0; i < count; i++)
		add_word(w, list[i]);
	link_suffixes(w, a);
	return w;
}

/* Bytes covered by words. */
struct run {
	size_t from, to;
};

/* Put a run behind the others, which end no later, and join it with those it touches. */
static void add_run(struct run *runs, size_t *count, struct run run)
{
	while (*count && runs[*count - 1].to >= run.from) {
		if (runs[*count - 1].from < run.from)
			run.from = runs[*count - 1].from;
		--*count;
	}
	runs[(*count)++] = run;
}

/* How many runs there are; they are put into the room for one per code point. */
static size_t find_runs(struct arena *a, const struct words *w, struct str text, struct run *runs)
{
	size_t *starts = ARENA_ARRAY(a, size_t, utf8_count(text)); /* of the units so far */
	struct scan scan = scan_start(text);
	uint32_t state = ROOT;
	size_t units = 0;
	size_t count = 0;
	struct unit unit;

	while (scan_next(&scan, &unit)) {
		uint32_t longest;

		starts[units++] = unit.from;
		state = step(w, state, unit.code_point);
		longest = w->nodes[state].longest;
		if (longest)
			add_run(runs, &count, (struct run){ starts[units - longest], unit.to });
	}
	return count;
}

struct str words_mask(struct arena *a, const struct words *w, struct str text)
{
	struct run *runs = ARENA_ARRAY(a, struct run, utf8_count(text));
	size_t count = find_runs(a, w, text, runs);
	size_t done = 0;
	struct buf masked;
	size_t i;

	if (count == 0)
		return text;
	buf_init(&masked, a, text.n + 3 * count + 1);
	for (i = 0; i < count; i++) {
		buf_add(&masked, str_slice(text, done, runs[i].from));
		BUF_LIT(&masked, "***");
		done = runs[i].to;
	}
	buf_add(&masked, str_slice(text, done, text.n));
	return buf_str(&masked);
}

bool words_occur(const struct words *w, struct str text)
{
	struct scan scan = scan_start(text);
	uint32_t state = ROOT;
	struct unit unit;

	while (scan_next(&scan, &unit)) {
		state = step(w, state, unit.code_point);
		if (w->nodes[state].longest)
			return true;
	}
	return false;
}
