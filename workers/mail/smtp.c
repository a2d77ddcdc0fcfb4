/* SMTP by libcurl. */
#include "sending.h"

#include <curl/curl.h>

#include "base/log.h"

#define CONNECT_MS 3000L
#define WHOLE_MS 12000L /* the queue's heartbeats wait meanwhile */
#define SMTP_FINE 250

static struct str host_part(struct str url)
{
	return str_slice(url, (size_t)str_find(url, STR("://")) + 3, url.n);
}

static bool is_local(struct str url)
{
	struct str host = host_part(url);

	return str_starts(host, STR("127.")) || str_starts(host, STR("[::1]")) ||
	       str_is(host, STR("localhost")) || str_starts(host, STR("localhost:"));
}

static long tls_of(const struct config *config)
{
	if (config->mail.smtp_user.n || str_starts(config->mail.smtp_url, STR("smtps://")))
		return CURLUSESSL_ALL;
	return is_local(config->mail.smtp_url) ? CURLUSESSL_NONE : CURLUSESSL_TRY;
}

static size_t read_message(char *to, size_t size, size_t count, void *context)
{
	struct str *rest = context;
	size_t n = size * count < rest->n ? size * count : rest->n;

	if (n)
		memcpy(to, rest->p, n);
	*rest = str_slice(*rest, n, rest->n);
	return n;
}

static struct curl_slist *set_up(CURL *curl, struct arena *a, const struct config *config,
				 struct str to)
{
	struct str from = str_format(a, "<" STR_FMT ">", STR_ARG(config->mail.from));
	struct str recipient = str_format(a, "<" STR_FMT ">", STR_ARG(to));

	curl_easy_setopt(curl, CURLOPT_URL, str_c(a, config->mail.smtp_url));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_of(config));
	if (config->mail.ca_file.n)
		curl_easy_setopt(curl, CURLOPT_CAINFO, str_c(a, config->mail.ca_file));
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, WHOLE_MS);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.p);
	if (config->mail.smtp_user.n) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, str_c(a, config->mail.smtp_user));
		curl_easy_setopt(curl, CURLOPT_PASSWORD, str_c(a, config->mail.smtp_password));
	}
	return curl_slist_append(NULL, recipient.p);
}

/* A refused login or connection is not the mail's fault. */
static enum sending judge(CURLcode code, long answer)
{
	if (code == CURLE_OK)
		return SENDING_DONE;
	log_warn("smtp: %s, last answer %ld", curl_easy_strerror(code), answer);
	if (code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED)
		return SENDING_AWAY;
	/* It talked until it heard of this mail: the next one must not wait behind it. */
	if (code == CURLE_OPERATION_TIMEDOUT && answer >= SMTP_FINE)
		return SENDING_LATER;
	if (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
	    code == CURLE_WEIRD_SERVER_REPLY) {
		if (answer >= 500)
			return SENDING_NEVER;
		if (answer >= 400 && answer != 421)
			return SENDING_LATER;
	}
	return SENDING_AWAY;
}

err smtp_open(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) ? ERR_INTERNAL : OK;
}

void smtp_close(void)
{
	curl_global_cleanup();
}

enum sending smtp_send(const struct config *config, struct str to, struct str message)
{
	struct arena *a = arena_new(1024);
	CURL *curl = curl_easy_init();
	struct curl_slist *recipients = NULL;
	CURLcode code = CURLE_OUT_OF_MEMORY;
	long answer = 0;

	if (curl)
		recipients = set_up(curl, a, config, to);
	if (recipients) {
		curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
		curl_easy_setopt(curl, CURLOPT_READDATA, &message);
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		code = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	}
	curl_slist_free_all(recipients);
	curl_easy_cleanup(curl);
	arena_free(a);
	return judge(code, answer);
}
