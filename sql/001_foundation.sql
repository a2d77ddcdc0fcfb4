-- Accounts, the forum and the plumbing under both. Instants are Unix milliseconds (UTC) in BIGINT columns:
-- one representation from the table to the page. Ids are snowflakes made by the programs.

CREATE TABLE user (
	user_id BIGINT NOT NULL PRIMARY KEY,
	user_no BIGINT NOT NULL AUTO_INCREMENT,
	username VARCHAR(24) NOT NULL,
	username_folded VARCHAR(96) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	-- As typed. It proves nothing before a link sent there was used - then email_folded is set, which is unique.
	email VARCHAR(254) NULL,
	email_folded VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
	phone VARCHAR(20) NULL,
	password_hash VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	role TINYINT NOT NULL DEFAULT 0,
	state TINYINT NOT NULL DEFAULT 0,
	avatar VARCHAR(64) NOT NULL DEFAULT '',
	bio VARCHAR(500) NOT NULL DEFAULT '',
	points INT NOT NULL DEFAULT 0,
	level TINYINT NOT NULL DEFAULT 1,
	posts INT NOT NULL DEFAULT 0,
	followers INT NOT NULL DEFAULT 0,
	following INT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	last_seen_on INT NOT NULL DEFAULT 0,
	UNIQUE KEY user_no (user_no),
	UNIQUE KEY username (username_folded),
	UNIQUE KEY email (email_folded),
	UNIQUE KEY phone (phone),
	KEY email_claimed (email, state),
	KEY waiting (state, created_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One-time links sent by mail; the token itself is only in the mail.
CREATE TABLE email_token (
	token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	user_id BIGINT NOT NULL,
	purpose TINYINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at BIGINT NULL,
	KEY user (user_id, purpose),
	KEY expires (expires_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- A title may be longer than what was typed: sensitive words in it are masked.
CREATE TABLE post (
	post_id BIGINT NOT NULL PRIMARY KEY,
	author_id BIGINT NOT NULL,
	title VARCHAR(300) NOT NULL,
	body_md MEDIUMTEXT NOT NULL,
	body_html MEDIUMTEXT NOT NULL,
	excerpt VARCHAR(400) NOT NULL,
	version INT NOT NULL DEFAULT 1,
	pinned_at BIGINT NOT NULL DEFAULT 0,
	featured_at BIGINT NOT NULL DEFAULT 0,
	deleted_at BIGINT NOT NULL DEFAULT 0,
	deleted_by BIGINT NOT NULL DEFAULT 0,
	votes INT NOT NULL DEFAULT 0,
	likes INT NOT NULL DEFAULT 0,
	comments INT NOT NULL DEFAULT 0,
	score BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	edited_at BIGINT NOT NULL DEFAULT 0,
	edited_by BIGINT NOT NULL DEFAULT 0,
	KEY hot (deleted_at, pinned_at, score, post_id),
	KEY newest (deleted_at, pinned_at, post_id),
	KEY featured (deleted_at, featured_at, post_id),
	KEY author (author_id, deleted_at, post_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What a post said before each edit.
CREATE TABLE post_revision (
	post_id BIGINT NOT NULL,
	version INT NOT NULL,
	editor_id BIGINT NOT NULL,
	title VARCHAR(300) NOT NULL,
	body_md MEDIUMTEXT NOT NULL,
	written_at BIGINT NOT NULL,
	PRIMARY KEY (post_id, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One unsent text per author and post; post_id 0 is a new post.
CREATE TABLE post_draft (
	author_id BIGINT NOT NULL,
	post_id BIGINT NOT NULL,
	title VARCHAR(300) NOT NULL,
	body_md MEDIUMTEXT NOT NULL,
	base_version INT NOT NULL,
	saved_at BIGINT NOT NULL,
	PRIMARY KEY (author_id, post_id),
	KEY saved (saved_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE post_vote (
	post_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	voted_at BIGINT NOT NULL,
	PRIMARY KEY (post_id, user_id),
	KEY user (user_id, voted_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- is_on 0 remembers that a like was taken back, and when: the newest word wins, in whatever order they arrive.
CREATE TABLE liked (
	target_type TINYINT NOT NULL,
	target_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	is_on TINYINT NOT NULL,
	changed_us BIGINT NOT NULL,
	PRIMARY KEY (target_type, target_id, user_id),
	KEY state (target_type, target_id, is_on, changed_us),
	KEY user (user_id, changed_us)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- A first-level comment is its own root with reply_no 0; its replies, however deep, are numbered 1, 2, 3 ...
-- replies counts those that are not deleted, last_reply_no is the last number given; both on roots only.
CREATE TABLE comment (
	comment_id BIGINT NOT NULL PRIMARY KEY,
	target_type TINYINT NOT NULL,
	target_id BIGINT NOT NULL,
	root_id BIGINT NOT NULL,
	reply_no INT NOT NULL,
	parent_id BIGINT NOT NULL,
	to_user_id BIGINT NOT NULL,
	author_id BIGINT NOT NULL,
	body_md TEXT NOT NULL,
	body_html TEXT NOT NULL,
	likes INT NOT NULL DEFAULT 0,
	replies INT NOT NULL DEFAULT 0,
	last_reply_no INT NOT NULL DEFAULT 0,
	version INT NOT NULL DEFAULT 1,
	deleted_at BIGINT NOT NULL DEFAULT 0,
	deleted_by BIGINT NOT NULL DEFAULT 0,
	edited_at BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	UNIQUE KEY thread (root_id, reply_no),
	KEY best (target_type, target_id, parent_id, likes, comment_id),
	KEY by_time (target_type, target_id, parent_id, comment_id),
	KEY author (author_id, comment_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE sensitive_word (
	word VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY
) ENGINE=InnoDB;

CREATE TABLE moderation_log (
	log_id BIGINT NOT NULL PRIMARY KEY,
	actor_id BIGINT NOT NULL,
	action VARCHAR(32) NOT NULL,
	target_type TINYINT NOT NULL,
	target_id BIGINT NOT NULL,
	reason VARCHAR(500) NOT NULL DEFAULT '',
	created_at BIGINT NOT NULL,
	KEY target (target_type, target_id, log_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Which form made what: the same form sent again finds it here. user_id is 0 for guests.
CREATE TABLE form_used (
	user_id BIGINT NOT NULL,
	form_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	made BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (user_id, form_id),
	KEY created (created_at)
) ENGINE=InnoDB;

CREATE TABLE outbox (
	event_id BIGINT NOT NULL PRIMARY KEY,
	topic VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	payload TEXT NOT NULL,
	state TINYINT NOT NULL DEFAULT 0,
	attempts INT NOT NULL DEFAULT 0,
	next_try_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	KEY due (state, next_try_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- Messages a consumer has handled, for those whose effect is not idempotent by itself.
CREATE TABLE consumed (
	consumer VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	event_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (consumer, event_id),
	KEY created (created_at)
) ENGINE=InnoDB;

CREATE TABLE job_lease (
	name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	owner VARCHAR(64) NOT NULL,
	until_at BIGINT NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- The worker numbers of snowflake ids, 0 to 1023: each is held by one process at a time. No id made
-- under a number has a time after last_ms.
CREATE TABLE id_worker (
	worker SMALLINT NOT NULL PRIMARY KEY,
	owner VARCHAR(64) NOT NULL,
	until_at BIGINT NOT NULL,
	last_ms BIGINT NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4;

INSERT INTO id_worker (worker, owner, until_at, last_ms)
SELECT a.n + 32 * b.n, '', 0, 0
FROM (WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 31) SELECT n FROM n) a
JOIN (WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 31) SELECT n FROM n) b;
