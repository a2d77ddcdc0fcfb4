/* Reads the stock of texts and fills slots. */
#include "demo_stock.h"

#include "base/log.h"
#include "base/num.h"

#define SEPARATOR "%%" /* between items of several lines */
#define DEPTH_MAX 6    /* slots inside the values of slots */
#define UNUSED_TRIES 12

static struct stock_section *add_section(struct arena *a, struct stock *s, struct str name)
{
	struct stock_section *section;

	s->sections = arena_grow(a, s->sections, s->count * sizeof(*section),
				 (s->count + 1) * sizeof(*section));
	section = &s->sections[s->count++];
	section->name = name;
	return section;
}

static void add_item(struct arena *a, struct stock_section *section, struct str item)
{
	section->items = arena_grow(a, section->items, section->count * sizeof(item),
				    (section->count + 1) * sizeof(item));
	section->items[section->count++] = item;
}

/* "[name]", or "[name*]" for items of several lines. */
static bool is_heading(struct str line)
{
	return line.n > 2 && line.p[0] == '[' && line.p[line.n - 1] == ']' &&
	       str_find_byte(line, ' ') < 0;
}

struct reader {
	struct arena *arena;
	struct stock *stock;
	struct stock_section *section;
	bool is_long;
	struct str item; /* of several lines, so far */
};

static void end_item(struct reader *r)
{
	struct str item = str_trim(r->item);

	if (r->section && item.n)
		add_item(r->arena, r->section, item);
	r->item = (struct str){ 0 };
}

static void read_line(struct reader *r, struct str line)
{
	if (is_heading(line)) {
		end_item(r);
		r->is_long = line.p[line.n - 2] == '*';
		r->section = add_section(r->arena, r->stock,
					 str_slice(line, 1, line.n - (r->is_long ? 2 : 1)));
	} else if (!r->is_long) {
		r->item = line;
		end_item(r);
	} else if (str_is(line, STR(SEPARATOR))) {
		end_item(r);
	} else {
		if (!r->item.p)
			r->item.p = line.p;
		r->item.n = (size_t)(line.p + line.n - r->item.p);
	}
}

err stock_read(struct arena *a, struct str name, struct str text, struct stock *out)
{
	struct reader r = { .arena = a, .stock = out };
	struct str rest = text, line;
	size_t i;

	*out = (struct stock){ .name = name };
	while (str_split(&rest, '\n', &line))
		read_line(&r, line);
	end_item(&r);
	for (i = 0; i < out->count; i++) {
		if (out->sections[i].count)
			continue;
		log_error("demo: " STR_FMT ": nothing in section " STR_FMT, STR_ARG(name),
			  STR_ARG(out->sections[i].name));
		return ERR_INVALID;
	}
	return out->count ? OK : ERR_INVALID;
}

const struct stock_section *stock_find(const struct stock *s, struct str section)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (str_is(s->sections[i].name, section))
			return &s->sections[i];
	return s->general ? stock_find(s->general, section) : NULL;
}

static bool was_used(const struct story *t, struct str item)
{
	size_t i;

	for (i = 0; i < t->used_count; i++)
		if (t->used[i] == item.p)
			return true;
	return false;
}

struct str story_pick(struct story *t, struct chance *r, struct str section)
{
	const struct stock_section *from = stock_find(t->stock, section);
	struct str item = { 0 };
	int i;

	if (!from)
		BUG("demo: " STR_FMT ": no section " STR_FMT, STR_ARG(t->stock->name),
		    STR_ARG(section));
	for (i = 0; i < UNUSED_TRIES; i++) {
		item = from->items[chance_below(r, from->count)];
		if (!was_used(t, item))
			break;
	}
	t->used[t->used_count++ % STORY_USED] = item.p;
	if (t->used_count >= STORY_USED)
		t->used_count = 0;
	return item;
}

static struct str bind(struct story *t, struct chance *r, struct str slot)
{
	const struct stock_section *from = stock_find(t->stock, slot);
	struct str value;
	size_t i;

	for (i = 0; i < t->bound_count; i++)
		if (str_is(t->bound[i].slot, slot))
			return t->bound[i].value;
	if (!from)
		BUG("demo: " STR_FMT ": no section for slot " STR_FMT, STR_ARG(t->stock->name),
		    STR_ARG(slot));
	value = from->items[chance_below(r, from->count)];
	if (t->bound_count < STORY_SLOTS) {
		t->bound[t->bound_count].slot = slot;
		t->bound[t->bound_count++].value = value;
	}
	return value;
}

static void fill(struct story *t, struct chance *r, struct buf *b, struct str text, int depth);

/* "3-9" */
static bool put_number(struct chance *r, struct buf *b, struct str slot)
{
	ptrdiff_t dash = str_find_byte(slot, '-');
	int64_t from, to;

	if (dash <= 0 || !num_parse_i64(str_slice(slot, 0, (size_t)dash), 0, 100000, &from) ||
	    !num_parse_i64(str_slice(slot, (size_t)dash + 1, slot.n), from, 100000, &to))
		return false;
	buf_add_i64(b, chance_between(r, from, to));
	return true;
}

static void put_slot(struct story *t, struct chance *r, struct buf *b, struct str slot, int depth)
{
	if (put_number(r, b, slot))
		return;
	if (str_ends(slot, STR("~")))
		fill(t, r, b, story_pick(t, r, str_slice(slot, 0, slot.n - 1)), depth + 1);
	else
		fill(t, r, b, bind(t, r, slot), depth + 1);
}

/* A slot's name has letters, digits and '-' or '~' only: other braces are text, in code for
 * example. */
static bool is_slot(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		      s.p[i] == '-' || (s.p[i] == '~' && i + 1 == s.n)))
			return false;
	return s.n > 0;
}

static void fill(struct story *t, struct chance *r, struct buf *b, struct str text, int depth)
{
	ptrdiff_t open, close;
	struct str slot;

	if (depth > DEPTH_MAX)
		BUG("demo: slots go in a circle: " STR_FMT, STR_ARG(text));
	while ((open = str_find_byte(text, '{')) >= 0) {
		close = str_find_byte(str_slice(text, (size_t)open, text.n), '}');
		slot = close < 0 ? (struct str){ 0 }
				 : str_slice(text, (size_t)open + 1, (size_t)(open + close));
		buf_add(b, str_slice(text, 0, (size_t)open));
		if (is_slot(slot)) {
			put_slot(t, r, b, slot, depth);
			text = str_slice(text, (size_t)(open + close) + 1, text.n);
		} else {
			buf_add_char(b, '{');
			text = str_slice(text, (size_t)open + 1, text.n);
		}
	}
	buf_add(b, text);
}

void story_tell(struct story *t, struct chance *r, struct buf *b, struct str section)
{
	fill(t, r, b, story_pick(t, r, section), 0);
}
