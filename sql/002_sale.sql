-- Flash sales: goods, sales, the orders they end in, and where those go. Money is DECIMAL here and cents in C.

CREATE TABLE goods (
	goods_id BIGINT NOT NULL PRIMARY KEY,
	name VARCHAR(120) NOT NULL,
	body_md MEDIUMTEXT NOT NULL,
	body_html MEDIUMTEXT NOT NULL,
	excerpt VARCHAR(400) NOT NULL,
	-- File name of a picture that was re-encoded here; empty while there is none.
	picture VARCHAR(64) NOT NULL DEFAULT '',
	price DECIMAL(12,2) NOT NULL,
	version INT NOT NULL DEFAULT 1,
	created_at BIGINT NOT NULL,
	edited_at BIGINT NOT NULL DEFAULT 0,
	deleted_at BIGINT NOT NULL DEFAULT 0,
	KEY newest (deleted_at, goods_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- stock is what is left: units - orders that hold one. It is written by `orders` alone once the sale is published.
-- A request with a number up to settled_no that made no order never will: see lib/domain/sale_orders.h.
CREATE TABLE sale (
	sale_id BIGINT NOT NULL PRIMARY KEY,
	goods_id BIGINT NOT NULL,
	price DECIMAL(12,2) NOT NULL,
	units INT NOT NULL,
	stock INT NOT NULL,
	starts_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	-- How long an order may stay unpaid.
	pay_seconds INT NOT NULL,
	-- 0 draft, 1 published, 2 closed early, 3 over and its records removed.
	state TINYINT NOT NULL DEFAULT 0,
	settled_no BIGINT NOT NULL DEFAULT 0,
	-- Grows with every change of stock: Redis takes no older figure over a newer one.
	change_no BIGINT NOT NULL DEFAULT 0,
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	published_at BIGINT NOT NULL DEFAULT 0,
	closed_at BIGINT NOT NULL DEFAULT 0,
	CONSTRAINT sale_stock CHECK (stock >= 0 AND stock <= units),
	KEY live (state, ends_at),
	KEY listed (state, starts_at, sale_id),
	KEY goods (goods_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- One order for each buyer of a sale, for ever: a cancelled one is no second chance.
-- request_no is the number under which the request was accepted: the same request delivered twice is told
-- from a second request of the same buyer by it.
CREATE TABLE sale_order (
	order_id BIGINT NOT NULL PRIMARY KEY,
	sale_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	goods_id BIGINT NOT NULL,
	request_no BIGINT NOT NULL,
	price DECIMAL(12,2) NOT NULL,
	-- 0 unpaid, 1 paid, 2 cancelled by the buyer, 3 closed unpaid, 4 to be refunded, 5 refunded.
	state TINYINT NOT NULL DEFAULT 0,
	-- 1 when the unit of a cancelled or closed order went back on sale.
	is_returned TINYINT NOT NULL DEFAULT 0,
	address_id BIGINT NOT NULL DEFAULT 0,
	-- Name, phone and address as they were when the buyer chose them.
	ship_to VARCHAR(600) NOT NULL DEFAULT '',
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	paid_at BIGINT NOT NULL DEFAULT 0,
	ended_at BIGINT NOT NULL DEFAULT 0,
	UNIQUE KEY buyer (sale_id, user_id),
	KEY mine (user_id, order_id),
	KEY unpaid (state, expires_at),
	KEY held (sale_id, is_returned, state)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What a cashier was asked for and what it told us. reference is ours: random, one for each time a buyer goes to pay.
CREATE TABLE payment (
	reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	order_id BIGINT NOT NULL,
	amount DECIMAL(12,2) NOT NULL,
	-- 0 asked for, 1 paid, 2 to be refunded, 3 refunded.
	state TINYINT NOT NULL,
	created_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	-- Of a refund: how often it was handed to the cashier, and when to do so (again).
	attempts INT NOT NULL DEFAULT 0,
	next_try_at BIGINT NOT NULL DEFAULT 0,
	KEY orders (order_id),
	KEY refund (state, next_try_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

CREATE TABLE address (
	address_id BIGINT NOT NULL PRIMARY KEY,
	user_id BIGINT NOT NULL,
	name VARCHAR(64) NOT NULL,
	phone VARCHAR(32) NOT NULL,
	region VARCHAR(120) NOT NULL,
	street VARCHAR(300) NOT NULL,
	is_default TINYINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	KEY owner (user_id, address_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- When each program that cron starts ran last, and how it ended; ended_at is 0 while it runs.
CREATE TABLE job_run (
	name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	began_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL DEFAULT 0,
	is_well TINYINT NOT NULL DEFAULT 0
) ENGINE=InnoDB;
