/* The demo posts: put together from the stock so that each is of one piece. */
#include <dirent.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "demo.h"
#include "plazactl.h"

#define QUESTION_PERCENT 38
#define EDITED_PERCENT 7
#define CHINESE_PERCENT 60
#define TITLE_MAX 100
#define TITLE_TRIES 6

enum demo_language demo_language_of(const struct stock *topic)
{
	return str_ends(topic->name, STR(".en")) ? DEMO_EN : DEMO_ZH;
}

static err read_one(struct demo *d, const char *file, struct stock *out)
{
	struct str text, path = str_format(d->arena, "%s/demo/%s", d->folder, file);
	struct str name = str_copy(d->arena, str_from_c(file));
	err e = read_file(d->arena, path.p, &text);

	if (!e)
		e = stock_read(d->arena, str_slice(name, 0, name.n - 4), text, out);
	if (e)
		complain("the demo text %s cannot be used", path.p);
	return e;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The topics' files in the order of their names: the same on every machine. */
static size_t list_topics(struct demo *d, const char *names[DEMO_TOPICS_MAX])
{
	DIR *folder = opendir(str_format(d->arena, "%s/demo", d->folder).p);
	const struct dirent *entry;
	size_t count = 0;

	while (folder && count < DEMO_TOPICS_MAX && (entry = readdir(folder))) {
		struct str name = str_from_c(entry->d_name);

		if (str_ends(name, STR(".txt")) && !str_starts(name, STR("general.")))
			names[count++] = str_c(d->arena, name);
	}
	if (folder)
		closedir(folder);
	if (count)
		qsort(names, count, sizeof(names[0]), by_name);
	return count;
}

err demo_read_stock(struct demo *d)
{
	const char *names[DEMO_TOPICS_MAX];
	size_t i;
	err e = read_one(d, "general.zh.txt", &d->general[DEMO_ZH]);

	if (!e)
		e = read_one(d, "general.en.txt", &d->general[DEMO_EN]);
	d->topic_count = list_topics(d, names);
	for (i = 0; !e && i < d->topic_count; i++) {
		e = read_one(d, names[i], &d->topics[i]);
		d->topics[i].general = &d->general[demo_language_of(&d->topics[i])];
	}
	if (e || d->topic_count)
		return e;
	complain("there are no demo texts in %s/demo", d->folder);
	return ERR_INVALID;
}

/* A line that begins with a slot begins with whatever was put there. */
static void capitalise(struct buf *b, size_t at)
{
	if (at < b->n && b->p[at] >= 'a' && b->p[at] <= 'z')
		b->p[at] = (char)(b->p[at] - ('a' - 'A'));
}

/* So many sentences as one paragraph. */
static void put_sentences(struct demo *d, struct demo_post *p, struct buf *b, struct str section,
			  size_t count)
{
	bool has_spaces = demo_language_of(p->story.stock) == DEMO_EN;
	size_t i, at;

	for (i = 0; i < count; i++) {
		if (i && has_spaces)
			buf_add_char(b, ' ');
		at = b->n;
		story_tell(&p->story, &d->chance, b, section);
		capitalise(b, at);
	}
}

static size_t some(struct demo *d, int64_t from, int64_t to)
{
	return (size_t)chance_between(&d->chance, from, to);
}

static void put_block(struct demo *d, struct demo_post *p, struct buf *b)
{
	BUF_LIT(b, "\n\n");
	story_tell(&p->story, &d->chance, b, STR("block"));
}

static void write_question(struct demo *d, struct demo_post *p, struct buf *b)
{
	put_sentences(d, p, b, STR("ask"), some(d, 2, 3));
	if (chance_percent(&d->chance, 45)) {
		BUF_LIT(b, "\n\n");
		put_sentences(d, p, b, STR("tried"), some(d, 1, 2));
	}
	if (chance_percent(&d->chance, 20))
		put_block(d, p, b);
	BUF_LIT(b, "\n\n");
	put_sentences(d, p, b, STR("askclose"), 1);
}

static void write_section(struct demo *d, struct demo_post *p, struct buf *b)
{
	BUF_LIT(b, "\n\n## ");
	story_tell(&p->story, &d->chance, b, STR("heading"));
	BUF_LIT(b, "\n\n");
	put_sentences(d, p, b, STR("say"), some(d, 2, 4));
	if (chance_percent(&d->chance, 65))
		put_block(d, p, b);
}

static void write_story(struct demo *d, struct demo_post *p, struct buf *b)
{
	size_t kind = chance_below(&d->chance, 100),
	       sections = kind < 40   ? 0
			  : kind < 85 ? 2
				      : 4,
	       i;

	put_sentences(d, p, b, STR("opening"), 1);
	if (demo_language_of(p->story.stock) == DEMO_EN)
		buf_add_char(b, ' ');
	put_sentences(d, p, b, STR("say"), some(d, 1, 2));
	if (!sections) {
		BUF_LIT(b, "\n\n");
		put_sentences(d, p, b, STR("say"), some(d, 2, 3));
		if (chance_percent(&d->chance, 40))
			put_block(d, p, b);
	}
	for (i = 0; i < sections; i++)
		write_section(d, p, b);
	BUF_LIT(b, "\n\n");
	put_sentences(d, p, b, STR("closing"), 1);
}

/* Six posts in ten are Chinese. */
static const struct stock *choose_topic(struct demo *d)
{
	enum demo_language wanted = chance_percent(&d->chance, CHINESE_PERCENT) ? DEMO_ZH : DEMO_EN;
	const struct stock *topic;

	do
		topic = &d->topics[chance_below(&d->chance, d->topic_count)];
	while (demo_language_of(topic) != wanted);
	return topic;
}

static bool is_title_taken(const struct demo *d, const struct demo_post *p, struct str title)
{
	const struct demo_post *other;

	for (other = d->posts; other < p; other++)
		if (str_is(other->title, title))
			return true;
	return false;
}

static void write_title(struct demo *d, struct demo_post *p)
{
	struct str prefix = p->is_question ? STR("askprefix") : STR("prefix");
	struct story before = p->story;
	struct buf b;
	size_t at;
	int tries = 0;

	/* another topic when all that this one has to say was said */
	do {
		p->story = before;
		if (++tries % TITLE_TRIES == 0)
			p->story.stock = choose_topic(d);
		buf_init(&b, d->arena, 128);
		if (chance_percent(&d->chance, 9)) {
			story_tell(&p->story, &d->chance, &b, prefix);
			if (demo_language_of(p->story.stock) == DEMO_EN)
				buf_add_char(&b, ' ');
		}
		at = b.n;
		story_tell(&p->story, &d->chance, &b,
			   p->is_question ? STR("question") : STR("title"));
		capitalise(&b, at);
	} while (utf8_count(buf_str(&b)) > TITLE_MAX || is_title_taken(d, p, buf_str(&b)));
	p->title = buf_str(&b);
}

/* What it said before: the same without the note at the end. */
static void edit_sometimes(struct demo *d, struct demo_post *p, struct buf *b)
{
	int64_t at = p->created_at + chance_between(&d->chance, 5, 3000) * CLOCK_MINUTE;

	if (!chance_percent(&d->chance, EDITED_PERCENT) || at > d->now - CLOCK_MINUTE)
		return;
	p->first_md = str_copy(d->arena, buf_str(b));
	p->edited_at = at;
	BUF_LIT(b, "\n\n");
	story_tell(&p->story, &d->chance, b, STR("edit"));
}

static void write_post(struct demo *d, struct demo_post *p)
{
	struct buf b;

	p->story.stock = choose_topic(d);
	p->is_question = chance_percent(&d->chance, QUESTION_PERCENT);
	write_title(d, p);
	p->author = demo_choose_author(d, p->created_at, demo_language_of(p->story.stock));
	buf_init(&b, d->arena, 2048);
	if (p->is_question)
		write_question(d, p, &b);
	else
		write_story(d, p, &b);
	edit_sometimes(d, p, &b);
	p->md = buf_str(&b);
}

/* The two pinned ones are files of their own: "# title", then the text. They are the oldest posts.
 */
static void pin_post(struct demo *d, struct demo_post *p, const char *file)
{
	struct str text, title, path = str_format(d->arena, "%s/demo/%s", d->folder, file);

	if (read_file(d->arena, path.p, &text) || !str_split(&text, '\n', &title) || title.n < 3)
		return;
	p->title = str_slice(title, 2, title.n);
	p->md = str_trim(text);
	p->first_md = (struct str){ 0 };
	p->edited_at = 0;
	p->is_question = false;
	p->author = DEMO_ADMIN;
	p->pinned_at = p->created_at + CLOCK_MINUTE;
	p->quality = 16;
}

/* The best of each stretch of time is featured a day later. */
static void feature_posts(struct demo *d)
{
	const size_t first = 60, stretch = (DEMO_POSTS - 100 - first) / DEMO_FEATURED;
	size_t k, i;

	for (k = 0; k < DEMO_FEATURED; k++) {
		struct demo_post *best = &d->posts[first + k * stretch];

		for (i = 1; i < stretch; i++)
			if (d->posts[first + k * stretch + i].quality > best->quality)
				best = &d->posts[first + k * stretch + i];
		best->featured_at =
			best->created_at + chance_between(&d->chance, 3, 18) * CLOCK_HOUR;
		if (best->featured_at > d->now - CLOCK_MINUTE)
			best->featured_at = d->now - CLOCK_MINUTE;
	}
}

void demo_write_posts(struct demo *d)
{
	size_t i;

	for (i = 0; i < DEMO_POSTS; i++)
		write_post(d, &d->posts[i]);
	pin_post(d, &d->posts[DEMO_POSTS - 1], "welcome.zh.md");
	pin_post(d, &d->posts[DEMO_POSTS - 2], "welcome.en.md");
	feature_posts(d);
	for (i = 0; i < DEMO_POSTS; i++)
		d->users[d->posts[i].author].posts++;
}
