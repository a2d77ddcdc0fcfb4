/* What the MariaDB wrapper offers a server before it has proved anything: a server of four lines.
 */
#include "unit/unit.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/db.h"

#define CLIENT_LOCAL_FILES 0x80u /* the server may ask for files of the client's machine */
#define PACKET_HEADER 4

/* The first packet of a connection, protocol 10: capabilities 0xf7ff and 0x0008, nothing left out.
 */
static const char greeting[] = "\x4f\0\0\0\x0a"
			       "5.5.5-10.11\0"
			       "\1\0\0\0"
			       "12345678\0"
			       "\xff\xf7"
			       "\x2d"
			       "\2\0"
			       "\x08\0"
			       "\x15"
			       "\0\0\0\0\0\0\0\0\0\0"
			       "123456789012\0"
			       "mysql_native_password";

static const struct db_sql sql_any = SQL("SELECT 1");

/* Greets one client, reads its answer and tells the four bytes of capabilities in it. */
static void serve(int listener, int told)
{
	unsigned char answer[256];
	int fd;

	alarm(10);
	fd = accept(listener, NULL, NULL);
	if (write(fd, greeting, sizeof(greeting)) != (ssize_t)sizeof(greeting) ||
	    read(fd, answer, sizeof(answer)) < 2 * PACKET_HEADER ||
	    write(told, answer + PACKET_HEADER, 4) != 4)
		_exit(1);
	_exit(0);
}

static void the_server_may_not_ask_for_files(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "/tmp/plaza-greeting-XXXXXX" };
	struct config config = { .db.user = STR("a"), .db.name = STR("b") };
	struct arena *a = *state;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int told[2];
	unsigned char flags[4] = { 0 };
	struct db_rows *rows;
	struct db *db;
	pid_t pid;

	assert_non_null(mkdtemp(at.sun_path));
	assert_int_equal(rmdir(at.sun_path), 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0)
		serve(listener, told[1]);
	close(told[1]);
	config.db.socket = str_from_c(at.sun_path);
	db = db_new(&config);
	assert_int_equal(db_query(db, a, &rows, &sql_any, DB_NO_ARGS), ERR_UNAVAILABLE);
	assert_int_equal(read(told[0], flags, sizeof(flags)), sizeof(flags));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	db_free(db);
	close(listener);
	close(told[0]);
	unlink(at.sun_path);
	assert_int_equal(flags[0] & CLIENT_LOCAL_FILES, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(the_server_may_not_ask_for_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
