-- What members say of themselves, their pictures, their points and the days they checked in.

-- Uploads: state 0 waits for the worker, 1 is shown, 2 was refused, 3 was replaced (its files go soon).
-- kind and target_id say whose it is: 1 a user's face, 2 goods.
CREATE TABLE picture (
	picture_id BIGINT NOT NULL PRIMARY KEY,
	kind TINYINT NOT NULL,
	target_id BIGINT NOT NULL,
	uploader_id BIGINT NOT NULL,
	state TINYINT NOT NULL,
	name CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	changed_at BIGINT NOT NULL,
	KEY target (kind, target_id, picture_id),
	KEY state (state, changed_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- zone and language are empty until somebody chooses: the site's zone, the browser's language.
-- messages_from: 0 everyone, 1 those the member follows, 2 nobody.
ALTER TABLE user
	ADD COLUMN zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	ADD COLUMN language CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	ADD COLUMN messages_from TINYINT NOT NULL DEFAULT 0,
	ADD COLUMN renamed_at BIGINT NOT NULL DEFAULT 0;

-- day is yyyymmdd in the site's zone. points: what the day brought, with the bonus of its streak.
CREATE TABLE check_in (
	user_id BIGINT NOT NULL,
	day INT NOT NULL,
	points SMALLINT NOT NULL,
	checked_at BIGINT NOT NULL,
	PRIMARY KEY (user_id, day)
) ENGINE=InnoDB;
