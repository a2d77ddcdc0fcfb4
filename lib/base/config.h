/*
 * The configuration: a file of "key = value" lines named by PLAZA_CONFIG, each
 * key overridden by the environment (db.socket by PLAZA_DB_SOCKET). It is read
 * once, checked whole, and every wrong key is named before the program gives up.
 * Blank lines and those that start with '#' do not count; a key without a value
 * is as if it were not there. README.md lists the keys.
 *
 * All texts live until the process ends.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"

struct config {
	struct {
		struct str name;
		struct str url; /* scheme and host, no slash at the end */
		struct str zone;
		bool is_development; /* mails to files, /dev pages */
		bool is_secure;      /* url is https: cookies get Secure and the __Host- prefix */
		unsigned char secret[SECRET_KEY_SIZE];
	} site;
	struct {
		struct str socket, host; /* one of them is empty */
		int port;
		struct str user, password, name;
	} db;
	struct {
		struct str socket, host;
		int port;
		struct str password;
	} redis;
	struct {
		struct str host;
		int port;
		struct str user, password, vhost;
	} mq;
	struct {
		struct str smtp_url, smtp_user, smtp_password, from;
		struct str ca_file;    /* whom to trust; empty: whom the machine trusts */
		struct str outbox_dir; /* development: mails are files in this folder */
	} mail;
	struct {
		/* An HTTP gateway for short messages; empty in development: they go to
		 * mail.outbox_dir. Without either nobody can log in by phone. */
		struct str url, key;
		struct str signature, code_template, notice_template;
		int daily_most; /* of the whole site: what it may cost */
		bool is_on;
	} sms;
	struct {
		struct str totp_admins;
		bool needs_totp; /* administrators are members until they have a second factor */
	} login;
	struct {
		struct str cashier;                    /* "sandbox" (development only) or "none" */
		unsigned char secret[SECRET_KEY_SIZE]; /* signs its call-backs */
	} pay;
	struct {
		struct str dir; /* the folder of uploads: see store/blob.h */
	} media;
	enum log_level log_level;
};

/*
 * Read and check. ERR_INVALID after one log line per wrong, unknown or missing
 * key. a must live as long as the process.
 */
err config_load(struct arena *a, struct config *out) MUST_CHECK;

/* The same from text and a list of "NAME=value" strings; for tests. */
err config_parse(struct arena *a, struct str text, char *const *environment,
		 struct config *out) MUST_CHECK;

#endif
