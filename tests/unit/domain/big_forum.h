/* A forum that is long where a page might be slow: the SQL that fills it, for test_*queries.c. */
#ifndef TESTS_BIG_FORUM_H
#define TESTS_BIG_FORUM_H

/* By one author, all with one score, and thousands of comments without a like on the last. */
#define LONG_FIRST INT64_C(6000001)
#define LONG_COUNT 4000
#define LONG_AUTHOR 1000

static const char fill[] =
	"INSERT INTO user (user_id, username, username_folded, password_hash, state, created_at)\n"
	"SELECT seq, CONCAT('user', seq), CONCAT('user', seq), '', 1, 0 FROM seq_1_to_1000;\n"
	"INSERT INTO post (post_id, author_id, title, body_md, body_html, excerpt, pinned_at,\n"
	"featured_at, deleted_at, votes, likes, score, created_at)\n"
	"SELECT 1000000 + seq, 1 + seq % 1000, 'A title', REPEAT('body ', 300),\n"
	"REPEAT('<p>body</p>', 150), 'excerpt', IF(seq % 2000 = 7, seq, 0), IF(seq % 50 = 3, seq, "
	"0),\n"
	"IF(seq % 20 = 9, 1, 0), 1, 1, seq % 3000, seq * 1000 FROM seq_1_to_5000;\n"
	"INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,\n"
	"to_user_id, author_id, body_md, body_html, likes, replies, created_at)\n"
	"SELECT 2000000 + seq, 1, 1000001 + seq % 4000, 2000000 + seq, 0, 0, 0, 1 + seq % 1000,\n"
	"'text', '<p>text</p>', seq % 7, 1, seq FROM seq_1_to_12000;\n"
	"INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,\n"
	"to_user_id, author_id, body_md, body_html, likes, created_at)\n"
	"SELECT 3000000 + seq, 1, 1000001 + seq % 4000, 2000000 + seq, 1, 2000000 + seq, 2,\n"
	"1 + seq % 1000, 'text', '<p>text</p>', seq % 3, seq FROM seq_1_to_12000;\n"
	"INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,\n"
	"to_user_id, author_id, body_md, body_html, likes, replies, created_at)\n"
	"SELECT 4000000 + seq, 1, 1000001, 4000000 + seq, 0, 0, 0, 1 + seq % 1000, 'text',\n"
	"REPEAT('<p>text</p>', 20), seq % 40, 20, seq FROM seq_1_to_25;\n"
	"INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,\n"
	"to_user_id, author_id, body_md, body_html, likes, created_at)\n"
	"SELECT 5000000 + a.seq * 100 + b.seq, 1, 1000001, 4000000 + a.seq, b.seq,\n"
	"IF(b.seq % 2, 4000000 + a.seq, 5000000 + a.seq * 100 + b.seq - 1), 2, 1 + b.seq, 'text',\n"
	"REPEAT('<p>text</p>', 20), 0, 1 FROM seq_1_to_25 a JOIN seq_1_to_20 b;\n"
	"INSERT INTO post_vote SELECT 1000001 + seq % 5000, 1 + seq % 997, seq FROM "
	"seq_1_to_20000;\n"
	"INSERT IGNORE INTO liked SELECT 1, 1000001 + seq % 5000, 1 + seq % 999, 1, seq\n"
	"FROM seq_1_to_20000;\n"
	"INSERT IGNORE INTO liked SELECT 2, 2000001 + seq % 5000, 1 + seq % 999, 1, seq\n"
	"FROM seq_1_to_20000;\n"
	"INSERT INTO outbox SELECT seq, 'topic', '{}', 1, 0, 0, 0 FROM seq_1_to_5000;\n"
	"INSERT INTO form_used SELECT seq, LPAD(seq, 22, 'x'), seq, seq FROM seq_1_to_5000;\n"
	"INSERT INTO post_draft SELECT seq, 0, '', '', 0, 0 FROM seq_1_to_1000;\n"
	"INSERT INTO post_revision SELECT post_id, 1, 1, '', '', 0 FROM post;\n"
	"INSERT INTO post (post_id, author_id, title, body_md, body_html, excerpt, featured_at,\n"
	"score, created_at) SELECT 6000000 + seq, 1000, 'A title', REPEAT('body ', 300),\n"
	"REPEAT('<p>body</p>', 150), 'excerpt', 7, 7, seq\n"
	"FROM seq_1_to_4000;\n"
	"INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,\n"
	"to_user_id, author_id, body_md, body_html, likes, created_at)\n"
	"SELECT 7000000 + seq, 1, 6004000, 7000000 + seq, 0, 0, 0, 1 + seq % 1000, 'text',\n"
	"REPEAT('<p>text</p>', 20), 0, 1 FROM seq_1_to_4000;\n"
	"INSERT INTO comment (comment_id, target_type, target_id, root_id, reply_no, parent_id,\n"
	"to_user_id, author_id, body_md, body_html, created_at)\n"
	"SELECT 8000000 + seq, 1, 6004000, 7000001, seq, 7000001, 2, 1 + seq % 1000, 'text',\n"
	"REPEAT('<p>text</p>', 20), 1 FROM seq_1_to_4000;\n"
	"ANALYZE TABLE user, post, comment, post_vote, liked, outbox, form_used, post_draft,\n"
	"post_revision;\n";

#endif
