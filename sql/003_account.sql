-- More ways to prove who one is: a phone, a second factor. And what belongs to them.

-- 1 while the name was made by the program: its owner may choose another, once.
ALTER TABLE user ADD COLUMN may_rename TINYINT NOT NULL DEFAULT 0;

-- Codes of an authenticator (RFC 6238). The secret is sealed with a key made from site.secret. last_step is the
-- half minute of the newest code that was used: none at or before it is taken again.
CREATE TABLE second_factor (
	user_id BIGINT NOT NULL PRIMARY KEY,
	secret_sealed VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	last_step BIGINT NOT NULL,
	created_at BIGINT NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4;

-- For when the authenticator is lost. Hashes; each works once.
CREATE TABLE recovery_code (
	user_id BIGINT NOT NULL,
	code_hash CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	used_at BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (user_id, code_hash)
) ENGINE=InnoDB CHARACTER SET utf8mb4;
