/* The configuration: one table of keys says what each may be and where it goes. */
#include "base/config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config_check.h"
#include "base/num.h"
#include "base/utf8.h"

#define FILE_MOST (64 * 1024)

enum kind { TEXT, NUMBER, MODE, SECRET, LEVEL };

struct key {
	const char *name;
	size_t offset; /* of the field in struct config; unused for MODE */
	enum kind kind;
	bool is_required;
	const char *fallback;               /* the value when none is given; NULL for none */
	bool (*is_right)(struct str value); /* NULL: any text is */
	const char *rule;                   /* for the message: "must be ..." */
};

#define AT(field) offsetof(struct config, field)

static const struct key keys[] = {
	{ "site.name", AT(site.name), TEXT, false, "Plaza", config_is_title, "1 to 60 characters" },
	{ "site.url", AT(site.url), TEXT, true, NULL, config_is_origin,
	  "http:// or https:// and a host, without a path, a slash at the end or the usual port" },
	{ "site.zone", AT(site.zone), TEXT, false, "Asia/Shanghai", clock_is_zone,
	  "the name of a time zone, like Asia/Shanghai" },
	{ "site.mode", 0, MODE, false, "production", NULL, "development or production" },
	{ "site.secret", AT(site.secret), SECRET, true, NULL, NULL,
	  "64 hex digits; openssl rand -hex 32 makes them" },
	{ "db.socket", AT(db.socket), TEXT, false, NULL, config_is_socket, CONFIG_SOCKET_RULE },
	{ "db.host", AT(db.host), TEXT, false, NULL, config_is_host, CONFIG_HOST_RULE },
	{ "db.port", AT(db.port), NUMBER, false, "3306", NULL, CONFIG_PORT_RULE },
	{ "db.user", AT(db.user), TEXT, true, NULL, NULL, NULL },
	{ "db.password", AT(db.password), TEXT, false, NULL, NULL, NULL },
	{ "db.name", AT(db.name), TEXT, true, NULL, NULL, NULL },
	{ "redis.socket", AT(redis.socket), TEXT, false, NULL, config_is_socket,
	  CONFIG_SOCKET_RULE },
	{ "redis.host", AT(redis.host), TEXT, false, NULL, config_is_host, CONFIG_HOST_RULE },
	{ "redis.port", AT(redis.port), NUMBER, false, "6379", NULL, CONFIG_PORT_RULE },
	{ "redis.password", AT(redis.password), TEXT, false, NULL, NULL, NULL },
	{ "mq.host", AT(mq.host), TEXT, false, "127.0.0.1", config_is_host, CONFIG_HOST_RULE },
	{ "mq.port", AT(mq.port), NUMBER, false, "5672", NULL, CONFIG_PORT_RULE },
	{ "mq.user", AT(mq.user), TEXT, true, NULL, NULL, NULL },
	{ "mq.password", AT(mq.password), TEXT, true, NULL, NULL, NULL },
	{ "mq.vhost", AT(mq.vhost), TEXT, false, "/", NULL, NULL },
	{ "mail.smtp_url", AT(mail.smtp_url), TEXT, false, NULL, config_is_smtp_url,
	  "smtp:// or smtps:// and a host" },
	{ "mail.smtp_user", AT(mail.smtp_user), TEXT, false, NULL, NULL, NULL },
	{ "mail.smtp_password", AT(mail.smtp_password), TEXT, false, NULL, NULL, NULL },
	{ "mail.ca_file", AT(mail.ca_file), TEXT, false, NULL, NULL, NULL },
	{ "mail.from", AT(mail.from), TEXT, true, NULL, config_is_address, "a mail address" },
	{ "mail.outbox_dir", AT(mail.outbox_dir), TEXT, false, NULL, NULL, NULL },
	{ "sms.url", AT(sms.url), TEXT, false, NULL, config_is_web_address,
	  "an address that begins with http:// or https://" },
	{ "sms.key", AT(sms.key), TEXT, false, NULL, NULL, NULL },
	{ "sms.signature", AT(sms.signature), TEXT, false, "Plaza", config_is_title,
	  "1 to 60 characters" },
	{ "sms.code_template", AT(sms.code_template), TEXT, false, "code", config_is_title,
	  "1 to 60 characters" },
	{ "sms.notice_template", AT(sms.notice_template), TEXT, false, "notice", config_is_title,
	  "1 to 60 characters" },
	{ "sms.daily_most", AT(sms.daily_most), NUMBER, false, "1000", NULL,
	  "a number from 1 to 65535" },
	{ "login.totp_admins", AT(login.totp_admins), TEXT, false, NULL, config_is_need,
	  "required or optional" },
	{ "pay.cashier", AT(pay.cashier), TEXT, false, NULL, config_is_cashier, "sandbox or none" },
	{ "pay.secret", AT(pay.secret), SECRET, false, NULL, NULL, "64 hex digits" },
	{ "media.dir", AT(media.dir), TEXT, false, "/var/lib/plaza/media", config_is_folder,
	  CONFIG_FOLDER_RULE },
	{ "log.level", AT(log_level), LEVEL, false, "info", NULL, "debug, info, warn or error" },
};

/* What is known of the keys while they are collected. */
struct reading {
	struct config *config;
	struct str values[ARRAY_LEN(keys)]; /* p is NULL where none was given */
	bool is_wrong;
};

__attribute__((format(printf, 2, 3))) static void complain(struct reading *r, const char *format,
							   ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	log_error("configuration: %s", message);
	r->is_wrong = true;
}

/* The key's number, or -1. */
static int find_key(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++) {
		if (str_is(str_from_c(keys[i].name), name))
			return (int)i;
	}
	return -1;
}

static void read_line(struct reading *r, int number, struct str line)
{
	ptrdiff_t equals;
	struct str name;
	int key;

	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return;
	equals = str_find_byte(line, '=');
	if (equals < 0) {
		complain(r, "line %d is not of the form \"key = value\"", number);
		return;
	}
	name = str_trim(str_slice(line, 0, (size_t)equals));
	key = find_key(name);
	if (key < 0)
		complain(r, "line %d: there is no key \"" STR_FMT "\"", number, STR_ARG(name));
	else if (r->values[key].p)
		complain(r, "line %d: %s was already given", number, keys[key].name);
	else
		r->values[key] = str_trim(str_slice(line, (size_t)equals + 1, line.n));
}

static void read_text(struct reading *r, struct str text)
{
	struct str line;
	int number = 0;

	if (!utf8_is_valid(text)) {
		complain(r, "the file is not UTF-8 text");
		return;
	}
	while (str_split(&text, '\n', &line))
		read_line(r, ++number, line);
}

/* "DB_SOCKET" is the variable of "db.socket". */
static bool is_variable_of(struct str variable, const char *key)
{
	size_t i;

	for (i = 0; i < variable.n; i++) {
		char c = key[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (c == '.')
			c = '_';
		if (c != variable.p[i])
			return false;
	}
	return key[variable.n] == '\0';
}

/* True for "DB_SOKET": no key, but of a section of ours, so that somebody meant one. */
static bool is_of_section(struct str variable)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++) {
		struct str key = str_from_c(keys[i].name);
		struct str section = str_slice(key, 0, (size_t)str_find_byte(key, '.'));

		if (variable.n > section.n && variable.p[section.n] == '_' &&
		    str_is_nocase(section, str_slice(variable, 0, section.n)))
			return true;
	}
	return false;
}

static void read_variable(struct reading *r, struct str variable, struct str value)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++) {
		if (!is_variable_of(variable, keys[i].name))
			continue;
		if (utf8_is_valid(value))
			r->values[i] = str_trim(value);
		else
			complain(r, "PLAZA_" STR_FMT " is not UTF-8 text", STR_ARG(variable));
		return;
	}
	if (is_of_section(variable))
		complain(r, "PLAZA_" STR_FMT " overrides no key", STR_ARG(variable));
}

static void read_environment(struct reading *r, struct arena *a, char *const *environment)
{
	const struct str prefix = STR("PLAZA_");

	for (; environment && *environment; environment++) {
		struct str entry = str_from_c(*environment);
		ptrdiff_t equals = str_find_byte(entry, '=');

		if (equals < 0 || !str_starts(entry, prefix))
			continue;
		read_variable(r, str_slice(entry, prefix.n, (size_t)equals),
			      str_copy(a, str_slice(entry, (size_t)equals + 1, entry.n)));
	}
}

static bool set_level(struct str value, enum log_level *out)
{
	static const struct str names[] = { STR_INIT("debug"), STR_INIT("info"), STR_INIT("warn"),
					    STR_INIT("error") };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(value, names[i])) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static bool set_mode(struct str value, struct config *out)
{
	out->site.is_development = str_is(value, STR("development"));
	return out->site.is_development || str_is(value, STR("production"));
}

static bool set_number(struct str value, int *out)
{
	int64_t number;

	if (!num_parse_i64(value, 1, 65535, &number))
		return false;
	*out = (int)number;
	return true;
}

/* Put a value where its key says. False when it is not what the key may be. */
static bool set_value(struct config *c, const struct key *k, struct str value)
{
	void *field = (char *)c + k->offset;

	switch (k->kind) {
	case TEXT:
		if (k->is_right && !k->is_right(value))
			return false;
		*(struct str *)field = value;
		return true;
	case NUMBER:
		return set_number(value, field);
	case MODE:
		return set_mode(value, c);
	case SECRET:
		return num_parse_hex(value, field, SECRET_KEY_SIZE);
	case LEVEL:
		return set_level(value, field);
	}
	return false;
}

/* The messages name keys, never values: one of them may be a password in the wrong line. */
static void set_all(struct reading *r, struct arena *a)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(keys); i++) {
		const struct key *k = &keys[i];
		struct str value = r->values[i];

		if (value.n == 0)
			value = str_from_c(k->fallback);
		if (value.n == 0) {
			if (k->is_required)
				complain(r, "%s is missing", k->name);
			continue;
		}
		if (!set_value(r->config, k, str_copy(a, value)))
			complain(r, "%s must be %s", k->name, k->rule);
	}
}

static void check_place(struct reading *r, const char *section, struct str socket, struct str host)
{
	if (socket.n && host.n)
		complain(r, "of %s.socket and %s.host only one may be given", section, section);
	else if (!socket.n && !host.n)
		complain(r, "%s.socket or %s.host is missing", section, section);
}

/* Only a site in development has the cashier that takes no money, and its key is our own affair. */
static void check_pay(struct reading *r)
{
	struct config *c = r->config;
	int secret = find_key(STR("pay.secret"));

	if (!c->pay.cashier.n)
		c->pay.cashier = c->site.is_development ? STR("sandbox") : STR("none");
	else if (!c->site.is_development && str_is(c->pay.cashier, STR("sandbox")))
		complain(r, "pay.cashier may be sandbox in development only");
	if (!r->values[secret].n)
		secret_derive(c->site.secret, STR("pay.secret"), c->pay.secret);
}

/* What concerns more than one key. Only when each is right, or the messages would be about nothing.
 */
static void check_together(struct reading *r)
{
	struct config *c = r->config;

	check_place(r, "db", c->db.socket, c->db.host);
	check_place(r, "redis", c->redis.socket, c->redis.host);
	if (c->site.is_development && !c->mail.outbox_dir.n && !c->mail.smtp_url.n)
		complain(r, "mail.outbox_dir or mail.smtp_url is missing");
	if (!c->site.is_development && !c->mail.smtp_url.n)
		complain(r, "mail.smtp_url is missing");
	c->sms.is_on = c->sms.url.n || (c->site.is_development && c->mail.outbox_dir.n);
	c->login.needs_totp = c->login.totp_admins.n ? str_is(c->login.totp_admins, STR("required"))
						     : !c->site.is_development;
	check_pay(r);
	c->site.is_secure = str_starts(c->site.url, STR("https://"));
}

err config_parse(struct arena *a, struct str text, char *const *environment, struct config *out)
{
	struct config config = { 0 };
	struct reading r = { .config = &config };

	read_text(&r, text);
	read_environment(&r, a, environment);
	set_all(&r, a);
	if (!r.is_wrong)
		check_together(&r);
	if (r.is_wrong)
		return ERR_INVALID;
	*out = config;
	return OK;
}

static err read_open_file(struct arena *a, int fd, const char *path, struct str *out)
{
	struct stat status;
	struct buf text;

	if (fstat(fd, &status) == 0 && (status.st_mode & S_IROTH))
		log_warn("configuration: everybody may read %s, which holds passwords", path);
	buf_init(&text, a, 4096);
	for (;;) {
		char *to = buf_reserve(&text, 4096);
		ssize_t n = read(fd, to, 4096);

		if (n == 0)
			break;
		if (n > 0)
			text.n += (size_t)n;
		else if (errno != EINTR) {
			log_error("configuration: %s: %s", path, strerror(errno));
			return ERR_INVALID;
		}
		if (text.n > FILE_MOST) {
			log_error("configuration: %s is larger than %d bytes", path, FILE_MOST);
			return ERR_INVALID;
		}
	}
	*out = buf_str(&text);
	return OK;
}

err config_load(struct arena *a, struct config *out)
{
	const char *path = getenv("PLAZA_CONFIG");
	struct str text = STR("");
	err e;
	int fd;

	if (path && *path) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			log_error("configuration: %s: %s", path, strerror(errno));
			return ERR_INVALID;
		}
		e = read_open_file(a, fd, path, &text);
		close(fd);
		if (e)
			return e;
	} else {
		log_warn("configuration: PLAZA_CONFIG names no file");
	}
	return config_parse(a, text, environ, out);
}
