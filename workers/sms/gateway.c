/* The HTTP gateway, by libcurl. */
#include "gateway.h"

#include <curl/curl.h>

#include "base/log.h"

#define CONNECT_MS 3000L
#define WHOLE_MS 8000L /* the queue's heartbeats wait meanwhile */
#define TOO_MANY 429
#define TIMED_OUT 408

/* {"to":"138...","signature":"Plaza","template":"code","value":"123456","text":"..."} */
static struct str body_of(struct arena *a, const struct config *config, const struct sms *m)
{
	struct buf b;

	buf_init(&b, a, 1024);
	BUF_LIT(&b, "{\"to\":");
	buf_add_json(&b, m->to);
	BUF_LIT(&b, ",\"signature\":");
	buf_add_json(&b, config->sms.signature);
	BUF_LIT(&b, ",\"template\":");
	buf_add_json(&b, m->is_code ? config->sms.code_template : config->sms.notice_template);
	BUF_LIT(&b, ",\"value\":");
	buf_add_json(&b, m->value);
	BUF_LIT(&b, ",\"text\":");
	buf_add_json(&b, m->text);
	BUF_LIT(&b, "}");
	return buf_str(&b);
}

static struct curl_slist *headers_of(struct arena *a, const struct config *config, struct str id)
{
	struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
	struct str line = str_format(a, "Idempotency-Key: " STR_FMT, STR_ARG(id));

	list = curl_slist_append(list, line.p);
	if (config->sms.key.n) {
		line = str_format(a, "Authorization: Bearer " STR_FMT, STR_ARG(config->sms.key));
		list = curl_slist_append(list, line.p);
	}
	return list;
}

/* What it says is of no interest: its status tells all. */
static size_t drop(char *from, size_t size, size_t count, void *context)
{
	(void)from;
	(void)context;
	return size * count;
}

/* A gateway that does not know us (401, 403) would refuse the next one, too. */
static enum sending judge(CURLcode code, long status)
{
	if (code != CURLE_OK) {
		log_warn("sms: %s", curl_easy_strerror(code));
		return SENDING_AWAY;
	}
	if (status >= 200 && status < 300)
		return SENDING_DONE;
	log_warn("sms: the gateway answered %ld", status);
	if (status == TOO_MANY || status == TIMED_OUT)
		return SENDING_LATER;
	if (status == 401 || status == 403 || status >= 500)
		return SENDING_AWAY;
	return SENDING_NEVER;
}

enum sending gateway_send(const struct config *config, const struct sms *m, struct str id)
{
	struct arena *a = arena_new(2048);
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = headers_of(a, config, id);
	struct str body = body_of(a, config, m);
	CURLcode code = CURLE_OUT_OF_MEMORY;
	long status = 0;

	if (curl) {
		curl_easy_setopt(curl, CURLOPT_URL, str_c(a, config->sms.url));
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, WHOLE_MS);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.n);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
		code = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	arena_free(a);
	return judge(code, status);
}
