/* What programs fetch again and again is sent when it has changed. */
#include "base/clock.h"
#include "base/secret.h"
#include "web/req.h"

#define TAG_DIGITS 32

/* One of a list of tags, or "*". What our web server compressed comes back as a weak tag. */
static bool has_tag(struct str list, struct str tag)
{
	struct str one;

	while (list.n) {
		str_split(&list, ',', &one);
		one = str_trim(one);
		if (str_starts(one, STR("W/")))
			one = str_slice(one, 2, one.n);
		if (str_is(one, tag) || str_is(one, STR("*")))
			return true;
	}
	return false;
}

/* The date decides only where no tag is asked for; it is ours, so it is compared as text. */
static bool is_known(const struct http_request *in, struct str tag, struct str changed)
{
	if (in->if_none_match.n)
		return has_tag(in->if_none_match, tag);
	return changed.n && str_is(str_trim(in->if_modified_since), changed);
}

err resp_unless_known(struct req *r, struct str content_type, struct str body, int64_t changed_at)
{
	struct arena *a = r->ctx.arena;
	struct str hash = secret_hash(a, body), changed = { 0 };
	struct str tag = str_format(a, "\"%.*s\"", TAG_DIGITS, hash.p);
	bool is_sent;

	if (changed_at)
		changed = clock_http(a, changed_at);
	is_sent = !is_known(&r->in, tag, changed);
	http_response_set_header(&r->out, "ETag", tag);
	if (changed.n)
		http_response_set_header(&r->out, "Last-Modified", changed);
	return resp_body(r, is_sent ? 200 : 304, content_type, is_sent ? body : (struct str){ 0 });
}
