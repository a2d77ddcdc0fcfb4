-- Leaving the site, taking a copy along, and being kept out of it.

-- Why an account is closed by a moderator, and until when; gone when it is opened again.
CREATE TABLE user_ban (
	user_id BIGINT NOT NULL PRIMARY KEY,
	by_id BIGINT NOT NULL,
	reason VARCHAR(500) NOT NULL,
	-- 0: until somebody opens it.
	until_at BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	KEY ends (until_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The copy of all somebody wrote and did: the one asked for last.
CREATE TABLE export (
	user_id BIGINT NOT NULL PRIMARY KEY,
	export_id BIGINT NOT NULL,
	-- 0 being made, 1 ready, 2 failed.
	state TINYINT NOT NULL DEFAULT 0,
	language TINYINT NOT NULL,
	-- Name of the file while it is ready.
	file VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	bytes BIGINT NOT NULL DEFAULT 0,
	asked_at BIGINT NOT NULL,
	ready_at BIGINT NOT NULL DEFAULT 0,
	expires_at BIGINT NOT NULL DEFAULT 0,
	KEY ends (state, expires_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- Accounts that are to be deleted, and how far that is. The row goes with the last step.
CREATE TABLE leaving (
	user_id BIGINT NOT NULL PRIMARY KEY,
	-- 1 keep the posts, 2 anonymise them, 3 erase them.
	choice TINYINT NOT NULL,
	-- 0 until it has begun; see lib/domain/leaving_steps.h.
	step TINYINT NOT NULL DEFAULT 0,
	-- How far the step is, in its own terms.
	place BIGINT NOT NULL DEFAULT 0,
	asked_at BIGINT NOT NULL,
	-- When the next step may be done.
	due_at BIGINT NOT NULL,
	KEY due (due_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- Names nobody gets again, because somebody else was known by them: a keyed hash, not the name.
CREATE TABLE name_retired (
	name_hash CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	retired_at BIGINT NOT NULL
) ENGINE=InnoDB;

-- The list of people by what they may and whether they may.
ALTER TABLE user ADD KEY by_role (role, user_no), ADD KEY by_state (state, user_no);

-- What a moderator did for a time ends then; 0: it has no end.
ALTER TABLE moderation_log ADD COLUMN until_at BIGINT NOT NULL DEFAULT 0,
	ADD KEY kind (target_type, log_id), ADD KEY actor (actor_id, log_id);

-- Drafts others made of a post that is erased.
ALTER TABLE post_draft ADD KEY of_post (post_id);
