/* A mail as RFC 5322 has it: headers that cannot be split, words of RFC 2047, UTF-8 text. */
#include "domain/mail.h"

#include <sodium.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"

/* Of text in one encoded word: 64 characters with its frame, 73 after "Subject: ". */
#define WORD_BYTES 39
#define LINE_BYTES 57 /* of text in one line of base64: 76 characters */

static void add_base64(struct buf *b, struct str s)
{
	char line[2 * (WORD_BYTES + LINE_BYTES)];

	sodium_bin2base64(line, sizeof(line), (const unsigned char *)s.p, s.n,
			  sodium_base64_VARIANT_ORIGINAL);
	buf_add(b, str_from_c(line));
}

static bool is_plain(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~' || strchr("=?_\"<>@,;:()[]\\", s.p[i]))
			return false;
	return true;
}

/* As many whole code points as fit into one encoded word. */
static struct str word_of(struct str s)
{
	struct str rest = s;
	size_t n = 0;
	uint32_t cp;

	while (utf8_next(&rest, &cp) && s.n - rest.n <= WORD_BYTES)
		n = s.n - rest.n;
	return str_slice(s, 0, n);
}

/* The value of a header: encoded words unless it is plain ASCII. Control characters become spaces.
 */
static void add_phrase(struct buf *b, struct str text)
{
	char *clean = str_c(b->arena, text);
	struct str rest = { clean, text.n }, word;
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)clean[i] < ' ' || clean[i] == 0x7f)
			clean[i] = ' ';
	if (is_plain(rest)) {
		buf_add(b, rest);
		return;
	}
	while (rest.n) {
		word = word_of(rest);
		BUF_LIT(b, "=?UTF-8?B?");
		add_base64(b, word);
		BUF_LIT(b, "?=");
		rest = str_slice(rest, word.n, rest.n);
		if (rest.n)
			BUF_LIT(b, "\r\n ");
	}
}

/* The site's host and nothing else: what follows "://", up to a port. */
static struct str host_of(struct str url)
{
	struct str host = str_slice(url, (size_t)str_find(url, STR("://")) + 3, url.n);
	ptrdiff_t colon = str_find_byte(host, ':');

	return colon > 0 ? str_slice(host, 0, (size_t)colon) : host;
}

static void add_date(struct buf *b, int64_t now)
{
	struct str http = clock_http(b->arena, now);

	BUF_LIT(b, "Date: ");
	buf_add(b, str_slice(http, 0, http.n - 3));
	BUF_LIT(b, "+0000\r\n");
}

static void add_headers(struct buf *b, const struct ctx *c, const struct mail *m, struct str id)
{
	const struct config *config = c->config;

	add_date(b, c->now);
	BUF_LIT(b, "From: ");
	add_phrase(b, config->site.name);
	buf_addf(b, " <" STR_FMT ">\r\nTo: <" STR_FMT ">\r\nSubject: ", STR_ARG(config->mail.from),
		 STR_ARG(m->to));
	add_phrase(b, m->subject);
	buf_addf(b, "\r\nMessage-ID: <" STR_FMT "@" STR_FMT ">\r\n", STR_ARG(id),
		 STR_ARG(host_of(config->site.url)));
	BUF_LIT(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
		   "Content-Type: text/plain; charset=utf-8\r\n");
}

static struct str with_crlf(struct arena *a, struct str text)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, text.n + 64);
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			buf_add_char(&b, '\r');
		if (text.p[i] != '\r')
			buf_add_char(&b, text.p[i]);
	}
	return buf_str(&b);
}

static void add_base64_lines(struct buf *b, struct str text)
{
	size_t at;

	for (at = 0; at < text.n; at += LINE_BYTES) {
		add_base64(b, str_slice(text, at, at + LINE_BYTES));
		BUF_LIT(b, "\r\n");
	}
}

struct str mail_format(struct ctx *c, const struct mail *m, struct str id,
		       enum mail_encoding encoding)
{
	struct str text = with_crlf(c->arena, m->text);
	struct buf b;

	buf_init(&b, c->arena, 2 * text.n + 1024);
	add_headers(&b, c, m, id);
	if (encoding == MAIL_8BIT) {
		BUF_LIT(&b, "Content-Transfer-Encoding: 8bit\r\n\r\n");
		buf_add(&b, text);
	} else {
		BUF_LIT(&b, "Content-Transfer-Encoding: base64\r\n\r\n");
		add_base64_lines(&b, text);
	}
	return buf_str(&b);
}
