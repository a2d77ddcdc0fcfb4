/* Orders as fast as one connection writes them. */
#include <mysql.h> /* before our headers, which forbid what its macros use */

#include "sale_ceiling.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

#define COLUMNS 8
#define STOCK 1000000

struct writer {
	MYSQL *mysql;
	MYSQL_STMT *insert, *stock;
	long long values[CEILING_BATCH][COLUMNS]; /* bound as parameters */
	long long taken[2];
	size_t rows;
	long long next;
};

static void must(struct writer *w, int failed, MYSQL_STMT *statement)
{
	if (failed)
		BUG("mariadb: %s", statement ? mysql_stmt_error(statement) : mysql_error(w->mysql));
}

static MYSQL_STMT *prepare(struct writer *w, struct str text)
{
	MYSQL_STMT *s = mysql_stmt_init(w->mysql);

	must(w, !s || mysql_stmt_prepare(s, text.p, text.n), s);
	return s;
}

static void bind_numbers(struct writer *w, MYSQL_STMT *statement, long long *values, size_t count)
{
	MYSQL_BIND params[CEILING_BATCH * COLUMNS];
	size_t i;

	memset(params, 0, sizeof(params));
	for (i = 0; i < count; i++) {
		params[i].buffer_type = MYSQL_TYPE_LONGLONG;
		params[i].buffer = &values[i];
	}
	must(w, mysql_stmt_bind_param(statement, params), statement);
}

static struct str insert_text(struct arena *a, size_t rows)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, 4096);
	BUF_LIT(&b, "INSERT INTO bench_order (order_id, sale_id, user_id, goods_id, request_no,"
		    " price, created_at, expires_at, goods_name) VALUES ");
	for (i = 0; i < rows; i++) {
		if (i)
			BUF_LIT(&b, ", ");
		BUF_LIT(&b, "(?, ?, ?, ?, ?, ?, ?, ?, 'Goods to be benched')");
	}
	return buf_str(&b);
}

static void run_text(struct writer *w, const char *text)
{
	must(w, mysql_query(w->mysql, text), NULL);
}

static void writer_open(struct writer *w, const struct config *config, size_t rows)
{
	struct arena *a = arena_new(16384);

	*w = (struct writer){ .mysql = mysql_init(NULL),
			      .rows = rows,
			      .taken = { (long long)rows, (long long)rows } };
	if (!mysql_real_connect(w->mysql, NULL, config->db.user.p, config->db.password.p,
				config->db.name.p, 0, config->db.socket.p, 0))
		BUG("mariadb: %s", mysql_error(w->mysql));
	run_text(w, "DROP TABLE IF EXISTS bench_order");
	run_text(w, "DROP TABLE IF EXISTS bench_sale");
	run_text(w, "CREATE TABLE bench_order LIKE sale_order");
	run_text(w, "CREATE TABLE bench_sale (id INT PRIMARY KEY, stock INT NOT NULL)");
	run_text(w, "INSERT INTO bench_sale VALUES (1, 1000000)");
	w->insert = prepare(w, insert_text(a, rows));
	w->stock = prepare(w, STR("UPDATE bench_sale SET stock = stock - ? WHERE id = 1 AND"
				  " stock >= ?"));
	bind_numbers(w, w->insert, &w->values[0][0], rows * COLUMNS);
	bind_numbers(w, w->stock, w->taken, 2);
	arena_free(a);
}

static void writer_close(struct writer *w)
{
	mysql_stmt_close(w->insert);
	mysql_stmt_close(w->stock);
	run_text(w, "DROP TABLE bench_order");
	run_text(w, "DROP TABLE bench_sale");
	mysql_close(w->mysql);
}

/* Buyers come in no order. */
static void fill(struct writer *w)
{
	size_t i;

	for (i = 0; i < w->rows; i++) {
		long long n = ++w->next, buyer = n * 7919 % 1000003;
		const long long row[COLUMNS] = { n, 1, buyer, 1, n, 10, 0, 0 };

		memcpy(w->values[i], row, sizeof(row));
	}
}

static int64_t write_orders(const struct config *config, int64_t orders, size_t rows)
{
	static struct writer w;
	int64_t started, done;

	if (orders > STOCK)
		BUG("more orders than stock");
	writer_open(&w, config, rows);
	started = clock_ticks_us();
	for (done = 0; done < orders; done += (int64_t)rows) {
		fill(&w);
		run_text(&w, "BEGIN");
		must(&w, mysql_stmt_execute(w.stock), w.stock);
		must(&w, mysql_stmt_execute(w.insert), w.insert);
		run_text(&w, "COMMIT");
	}
	done = clock_ticks_us() - started;
	writer_close(&w);
	return done;
}

int64_t ceiling_one(const struct config *config, int64_t orders)
{
	return write_orders(config, orders, 1);
}

int64_t ceiling_many(const struct config *config, int64_t orders)
{
	return write_orders(config, orders, CEILING_BATCH);
}
