/* md4c's parser. */
#include "html/markdown_parser.h"

#include "base/log.h"
#include "base/utf8.h"
#include "html/markdown.h"
#include "html/markdown_entity.h"

/*
 * No raw HTML. No autolinks of md4c: those of 0.4.8 take Chinese punctuation into the address, and
 * their marks cross others.
 */
#define FLAGS (MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML)

/*
 * The source without what no page may hold, and with a line end: md4c 0.4.8 reads the byte after
 * a text that ends in "](".
 */
static struct str clean(struct arena *a, struct str source)
{
	uint32_t code_point;
	struct buf out;

	buf_init(&out, a, source.n + 2);
	while (utf8_next(&source, &code_point))
		buf_add_code_point(&out, markdown_is_allowed(code_point) ? code_point : 0xFFFD);
	if (!str_ends(buf_str(&out), STR("\n")))
		buf_add_char(&out, '\n');
	return buf_str(&out);
}

err markdown_parse(struct arena *a, struct str source, MD_PARSER callbacks, void *context)
{
	struct str cleaned;
	int result;

	if (source.n > MARKDOWN_INPUT_MAX || !utf8_is_valid(source))
		return ERR_INVALID;
	cleaned = clean(a, source);
	callbacks.flags = FLAGS;
	/* At most three times MARKDOWN_INPUT_MAX: it fits. */
	result = md_parse(cleaned.p, (MD_SIZE)cleaned.n, &callbacks, context);
	if (result == 0)
		return OK;
	if (result > 0)
		return ERR_INVALID;
	log_error("the Markdown parser failed on %zu bytes", source.n);
	return ERR_INTERNAL;
}

struct str markdown_attribute(struct buf *decoded, const MD_ATTRIBUTE *attribute)
{
	size_t i;

	buf_clear(decoded);
	for (i = 0; attribute->size > 0 && attribute->substr_offsets[i] < attribute->size; i++) {
		size_t from = attribute->substr_offsets[i];
		size_t to = attribute->substr_offsets[i + 1];
		struct str part = { attribute->text + from, to - from };

		if (attribute->substr_types[i] == MD_TEXT_ENTITY)
			markdown_entity_add(decoded, part);
		else
			buf_add(decoded, part);
	}
	return buf_str(decoded);
}
