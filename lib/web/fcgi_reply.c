/* FastCGI 1.0, chapter 3.3: records of eight bytes and at most 65,535 of content. */
#include "web/fcgi_reply.h"

#include <errno.h>
#include <sys/uio.h>

#define TYPE_END 3
#define TYPE_STDOUT 6
#define HEADER 8
#define CONTENT_MOST 65528 /* a multiple of eight needs no padding */
#define RECORDS_MOST 16    /* in one call */

struct batch {
	int fd;
	uint16_t request_id;
	unsigned char headers[RECORDS_MOST][HEADER];
	struct iovec parts[2 * RECORDS_MOST];
	int records, count;
	bool is_broken;
};

/* Write all parts, however many calls that takes. */
static void flush(struct batch *b)
{
	struct iovec *part = b->parts;
	int left = b->count;

	b->records = b->count = 0;
	while (left && !b->is_broken) {
		ssize_t n = writev(b->fd, part, left);

		if (n < 0) {
			b->is_broken = errno != EINTR;
			continue;
		}
		while (left && (size_t)n >= part->iov_len) {
			n -= (ssize_t)part->iov_len;
			part++;
			left--;
		}
		if (left) {
			part->iov_base = (char *)part->iov_base + n;
			part->iov_len -= (size_t)n;
		}
	}
}

static void add_record(struct batch *b, unsigned char type, const void *content, size_t n)
{
	unsigned char *header;

	if (b->records == RECORDS_MOST)
		flush(b);
	header = b->headers[b->records++];
	header[0] = 1;
	header[1] = type;
	header[2] = (unsigned char)(b->request_id >> 8);
	header[3] = (unsigned char)b->request_id;
	header[4] = (unsigned char)(n >> 8);
	header[5] = (unsigned char)n;
	header[6] = header[7] = 0;
	b->parts[b->count++] = (struct iovec){ header, HEADER };
	if (n)
		b->parts[b->count++] = (struct iovec){ (void *)content, n };
}

static void add_text(struct batch *b, struct str text)
{
	size_t at;

	for (at = 0; at < text.n; at += CONTENT_MOST) {
		struct str piece = str_slice(text, at, at + CONTENT_MOST);

		add_record(b, TYPE_STDOUT, piece.p, piece.n);
	}
}

bool fcgi_reply_write(int fd, uint16_t request_id, struct str head, struct str body)
{
	static const unsigned char complete[8]; /* application status 0, request complete */
	struct batch b = { .fd = fd, .request_id = request_id };

	add_text(&b, head);
	add_text(&b, body);
	add_record(&b, TYPE_STDOUT, NULL, 0);
	add_record(&b, TYPE_END, complete, sizeof(complete));
	flush(&b);
	return !b.is_broken;
}
