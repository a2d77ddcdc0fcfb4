/*
 * Words to mask: two Aho-Corasick automata that read the text side by side. Most words are
 * looked for in the letters alone, whatever stands between them; a word that has symbols of its
 * own ("c++", two words with a space) would be another one without them, and is looked for as it
 * is written.
 */
#include "base/words.h"

#include "base/buf.h"
#include "base/words_letter.h"

#define ROOT 0
#define RUNS_FIRST 16

struct node {
	uint32_t code_point; /* on the edge from the parent */
	uint32_t parent;
	uint32_t fail;  /* the longest proper suffix of this node's text that is a node */
	uint32_t next;  /* another node of this depth, while building */
	uint32_t depth; /* letters from the root */
	uint32_t match; /* letters of the longest word that ends here; 0 when none does */
};

struct automaton {
	struct node *nodes;
	uint32_t count;
	uint32_t *slots; /* hash table of (parent, code point): node numbers, 0 for free */
	size_t slot_mask;
	uint32_t longest; /* letters of the longest word */
};

struct words {
	struct automaton plain;   /* words of letters only */
	struct automaton written; /* words with symbols of their own */
};

/* The slot that holds the child, or the free one where it belongs. */
static uint32_t *find_slot(const struct automaton *m, uint32_t parent, uint32_t code_point)
{
	uint64_t key = (uint64_t)parent << 32 | code_point;
	/* Fibonacci hashing; the upper half is the mixed one. */
	size_t i = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & m->slot_mask;

	for (;; i = (i + 1) & m->slot_mask) {
		uint32_t n = m->slots[i];

		if (n == ROOT)
			return &m->slots[i];
		if (m->nodes[n].parent == parent && m->nodes[n].code_point == code_point)
			return &m->slots[i];
	}
}

static uint32_t step(const struct automaton *m, uint32_t node, uint32_t code_point)
{
	for (;;) {
		uint32_t next = *find_slot(m, node, code_point);

		if (next != ROOT || node == ROOT)
			return next;
		node = m->nodes[node].fail;
	}
}

/* Room for words of `letters` letters together. */
static void automaton_init(struct automaton *m, struct arena *a, size_t letters)
{
	size_t slots = 4;

	if (letters > UINT32_MAX / 4)
		BUG("%zu letters are too many for a list of words", letters);
	while (slots < 2 * (letters + 1))
		slots *= 2;
	m->nodes = ARENA_ARRAY(a, struct node, letters + 1);
	m->slots = ARENA_ARRAY(a, uint32_t, slots);
	m->slot_mask = slots - 1;
	m->count = 1;
}

/* The node for one letter more below `node`. */
static uint32_t automaton_extend(struct automaton *m, uint32_t node, uint32_t code_point)
{
	uint32_t *slot = find_slot(m, node, code_point);

	if (*slot == ROOT) {
		m->nodes[m->count].code_point = code_point;
		m->nodes[m->count].parent = node;
		m->nodes[m->count].depth = m->nodes[node].depth + 1;
		*slot = m->count++;
	}
	return *slot;
}

/* letters: an array of uint32_t, as fold_word made it. */
static void automaton_add(struct automaton *m, struct str letters)
{
	uint32_t node = ROOT;
	size_t i;

	if (letters.n == 0)
		return;
	for (i = 0; i < letters.n; i += sizeof(uint32_t)) {
		uint32_t code_point;

		memcpy(&code_point, letters.p + i, sizeof(code_point));
		node = automaton_extend(m, node, code_point);
	}
	m->nodes[node].match = m->nodes[node].depth;
	if (m->longest < m->nodes[node].depth)
		m->longest = m->nodes[node].depth;
}

/* Set fail and match of each node, by depth, because they look at less deep ones. */
static void automaton_finish(struct automaton *m, struct arena *a)
{
	uint32_t *first = ARENA_ARRAY(a, uint32_t, (size_t)m->longest + 1);
	uint32_t depth;
	uint32_t n;

	for (n = 1; n < m->count; n++) {
		m->nodes[n].next = first[m->nodes[n].depth];
		first[m->nodes[n].depth] = n;
	}
	for (depth = 1; depth <= m->longest; depth++) {
		for (n = first[depth]; n != ROOT; n = m->nodes[n].next) {
			struct node *node = &m->nodes[n];

			if (node->parent != ROOT)
				node->fail = step(m, m->nodes[node->parent].fail, node->code_point);
			if (node->match == 0)
				node->match = m->nodes[node->fail].match;
		}
	}
}

/*
 * The letters of a word, as uint32_t in `out`, each run of white space inside as one. True when
 * the word has symbols of its own; they are among them.
 */
static bool fold_word(struct buf *out, struct str word)
{
	const uint32_t space = ' ';
	struct letters read = letters_of(word);
	struct letter letter;
	bool has_symbols = false;
	bool is_space_owed = false;

	buf_clear(out);
	while (letters_next(&read, &letter)) {
		if (letter.kind == LETTER_SPACE || letter.kind == LETTER_BREAK) {
			is_space_owed = out->n > 0;
			continue;
		}
		if (is_space_owed)
			buf_add_bytes(out, &space, sizeof(space));
		has_symbols = has_symbols || is_space_owed || letter.kind == LETTER_SYMBOL;
		is_space_owed = false;
		buf_add_bytes(out, &letter.code_point, sizeof(letter.code_point));
	}
	return has_symbols;
}

struct words *words_new(struct arena *a, const struct str *list, size_t count)
{
	struct words *w = ARENA_NEW(a, struct words);
	size_t plain = 0;
	size_t written = 0;
	struct buf folded;
	size_t i;

	buf_init(&folded, a, 256);
	for (i = 0; i < count; i++) {
		if (fold_word(&folded, list[i]))
			written += folded.n / sizeof(uint32_t);
		else
			plain += folded.n / sizeof(uint32_t);
	}
	automaton_init(&w->plain, a, plain);
	automaton_init(&w->written, a, written);
	for (i = 0; i < count; i++) {
		bool has_symbols = fold_word(&folded, list[i]);

		automaton_add(has_symbols ? &w->written : &w->plain, buf_str(&folded));
	}
	automaton_finish(&w->plain, a);
	automaton_finish(&w->written, a);
	return w;
}

/* One automaton on its way through a text. */
struct cursor {
	const struct automaton *automaton;
	uint32_t node;
	size_t count;   /* letters taken */
	size_t *starts; /* a ring: where the last letters start; NULL when nobody asks */
};

/* A text being searched. */
struct scan {
	struct letters read;
	struct cursor plain, written;
	uint32_t previous; /* the last letter */
	size_t together;   /* letters since white space */
	bool is_apart;     /* white space since the last letter */
};

/* Bytes [from, to) of the text. */
struct run {
	size_t from, to;
};

static size_t ring_size(const struct automaton *m)
{
	return (size_t)m->longest + 1;
}

static struct cursor cursor_at(struct arena *a, const struct automaton *m)
{
	return (struct cursor){
		.automaton = m,
		.starts = a ? ARENA_ARRAY(a, size_t, ring_size(m)) : NULL,
	};
}

/* a may be NULL when only the ends of matches matter. */
static struct scan scan_of(struct arena *a, const struct words *w, struct str text)
{
	return (struct scan){
		.read = letters_of(text),
		.plain = cursor_at(a, &w->plain),
		.written = cursor_at(a, &w->written),
	};
}

/* Take a letter; whether a word ends with it, the longest of them from *from. */
static bool cursor_take(struct cursor *c, const struct letter *letter, size_t *from)
{
	const struct automaton *m = c->automaton;
	size_t match;

	if (c->starts)
		c->starts[c->count % ring_size(m)] = letter->from;
	c->count++;
	c->node = step(m, c->node, letter->code_point);
	match = m->nodes[c->node].match;
	if (match == 0)
		return false;
	if (c->starts)
		*from = c->starts[(c->count - match) % ring_size(m)];
	return true;
}

/* Whether another letter stands right after the one that was read. */
static bool is_followed(const struct scan *s)
{
	struct letters ahead = s->read;
	struct letter next;

	return letters_next(&ahead, &next) && next.kind == LETTER_PLAIN;
}

/*
 * Whether a letter goes on with the word before it. White space stands between Chinese
 * characters at will, and between letters that are spelt out one by one; elsewhere it is the
 * border of two words.
 */
static bool is_joined(const struct scan *s, uint32_t code_point)
{
	if (!s->is_apart || letter_is_wide(s->previous) || letter_is_wide(code_point))
		return true;
	return s->together == 1 && !is_followed(s);
}

static bool take_plain(struct scan *s, const struct letter *letter, size_t *from)
{
	if (!is_joined(s, letter->code_point))
		s->plain.node = ROOT;
	s->together = s->is_apart ? 1 : s->together + 1;
	s->is_apart = false;
	s->previous = letter->code_point;
	return cursor_take(&s->plain, letter, from);
}

/* The next place where a word ends. */
static bool scan_next(struct scan *s, struct run *out)
{
	struct letter letter;

	while (letters_next(&s->read, &letter)) {
		size_t plain_from = letter.to;
		size_t written_from = letter.to;
		bool is_found = false;

		if (letter.kind == LETTER_BREAK)
			s->plain.node = s->written.node = ROOT;
		else
			is_found = cursor_take(&s->written, &letter, &written_from);
		if (letter.kind == LETTER_PLAIN)
			is_found = take_plain(s, &letter, &plain_from) || is_found;
		else if (letter.kind != LETTER_SYMBOL)
			s->is_apart = true;
		if (is_found) {
			out->from = plain_from < written_from ? plain_from : written_from;
			out->to = letter.to;
			return true;
		}
	}
	return false;
}

/* Runs in order, none touching the next. */
struct runs {
	struct arena *arena;
	struct run *list;
	size_t count, room;
};

/* Runs come in the order of their ends, so only the last ones can touch the new one. */
static void runs_add(struct runs *r, struct run run)
{
	while (r->count > 0 && r->list[r->count - 1].to >= run.from) {
		r->count--;
		if (run.from > r->list[r->count].from)
			run.from = r->list[r->count].from;
	}
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : RUNS_FIRST;

		r->list = arena_grow(r->arena, r->list, r->room * sizeof(run), room * sizeof(run));
		r->room = room;
	}
	r->list[r->count++] = run;
}

struct str words_mask_as(struct arena *a, const struct words *w, struct str text, struct str mask)
{
	struct scan scan = scan_of(a, w, text);
	struct runs runs = { .arena = a };
	struct run run;
	struct buf out;
	size_t done = 0;
	size_t i;

	while (scan_next(&scan, &run))
		runs_add(&runs, run);
	if (runs.count == 0)
		return text;
	buf_init(&out, a, text.n + mask.n);
	for (i = 0; i < runs.count; i++) {
		buf_add(&out, str_slice(text, done, runs.list[i].from));
		buf_add(&out, mask);
		done = runs.list[i].to;
	}
	buf_add(&out, str_slice(text, done, text.n));
	return buf_str(&out);
}

struct str words_mask(struct arena *a, const struct words *w, struct str text)
{
	return words_mask_as(a, w, text, STR("***"));
}

bool words_occur(const struct words *w, struct str text)
{
	struct scan scan = scan_of(NULL, w, text);
	struct run run;

	return scan_next(&scan, &run);
}
