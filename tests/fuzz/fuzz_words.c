/* Masking words: the first line of the input is the list, the rest the text. */
#include "base/words.h"

#define LIST_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left outside the masks stands in the text too, in its order. */
static void check_kept(struct str masked, struct str text)
{
	size_t i = 0;
	size_t at;

	for (at = 0; at < masked.n; at++) {
		if (masked.p[at] == '\1')
			continue;
		while (i < text.n && text.p[i] != masked.p[at])
			i++;
		if (i++ >= text.n)
			BUG("a byte was made up");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 * 1024);
	struct str text = str_copy(a, (struct str){ (const char *)data, size });
	struct str list[LIST_MAX];
	struct str line;
	struct str masked;
	struct words *w;
	size_t count = 0;

	if (str_split(&text, '\n', &line)) {
		while (count < LIST_MAX && str_split(&line, '|', &list[count]))
			count++;
	}
	w = words_new(a, list, count);
	masked = words_mask_as(a, w, text, STR("\1"));
	if (words_occur(w, text) != (masked.p != text.p))
		BUG("words_occur and words_mask disagree");
	check_kept(masked, text);
	arena_free(a);
	return 0;
}
