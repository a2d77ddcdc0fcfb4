/* What is in a copy of somebody's things. */
#include "domain/export_sections.h"

#include "html/text.h"

/* One row: nothing comes after it. */
static const struct db_sql sql_profile =
	SQL("SELECT 1, 0, user_id, username, email, phone, bio, role, level, points, posts,"
	    " created_at, last_seen_on FROM user WHERE user_id = ? AND 1 >= ? AND (1 > ? OR 0 > ?)"
	    " LIMIT ?");

static const struct export_column profile_columns[] = {
	{ "id", EXPORT_ID, NULL },
	{ "name", EXPORT_LINE, N_("Name") },
	{ "email", EXPORT_LINE, N_("E-mail") },
	{ "phone", EXPORT_LINE, N_("Phone") },
	{ "bio", EXPORT_LINE, N_("About you") },
	{ "role", EXPORT_NUMBER, NULL },
	{ "level", EXPORT_NUMBER, N_("Level") },
	{ "points", EXPORT_NUMBER, N_("Points") },
	{ "posts", EXPORT_NUMBER, N_("Posts") },
	{ "joined", EXPORT_TIME, N_("Joined") },
	{ "last_seen", EXPORT_DAY, N_("Last seen") },
	{ 0 },
};

static const struct db_sql sql_posts =
	SQL("SELECT post_id, 0, post_id, title, created_at, edited_at, deleted_at, votes, likes,"
	    " comments, body_md FROM post FORCE INDEX (written) WHERE author_id = ?"
	    " AND post_id >= ? AND (post_id > ? OR 0 > ?) ORDER BY post_id LIMIT ?");

static const struct export_column post_columns[] = {
	{ "id", EXPORT_ID, N_("Number") },
	{ "title", EXPORT_LINE, N_("Title") },
	{ "published", EXPORT_TIME, N_("Published") },
	{ "edited", EXPORT_TIME, N_("Changed") },
	{ "deleted", EXPORT_TIME, N_("Deleted at") },
	{ "votes", EXPORT_NUMBER, N_("Votes") },
	{ "likes", EXPORT_NUMBER, N_("Likes") },
	{ "comments", EXPORT_NUMBER, N_("Comments") },
	{ "text", EXPORT_TEXT, NULL },
	{ 0 },
};

/* No index has the order of two tables: only numbers are sorted, not the texts. */
static const struct db_sql sql_revisions = SQL(
	"SELECT r.post_id, r.version, r.post_id, r.version, r.title, r.written_at, r.body_md"
	" FROM (SELECT p.post_id, v.version FROM post p FORCE INDEX (written) JOIN post_revision v"
	" ON v.post_id = p.post_id WHERE p.author_id = ? AND p.post_id >= ? AND (p.post_id > ? OR"
	" v.version > ?) ORDER BY p.post_id, v.version LIMIT ?) k JOIN post_revision r"
	" ON r.post_id = k.post_id AND r.version = k.version ORDER BY k.post_id, k.version");

static const struct export_column revision_columns[] = {
	{ "post", EXPORT_ID, N_("Post") },     { "version", EXPORT_NUMBER, N_("Version") },
	{ "title", EXPORT_LINE, N_("Title") }, { "written", EXPORT_TIME, N_("Written") },
	{ "text", EXPORT_TEXT, NULL },         { 0 },
};

static const struct db_sql sql_drafts =
	SQL("SELECT post_id, 0, post_id, title, saved_at, body_md FROM post_draft"
	    " WHERE author_id = ? AND post_id >= ? AND (post_id > ? OR 0 > ?)"
	    " ORDER BY post_id LIMIT ?");

static const struct export_column draft_columns[] = {
	{ "post", EXPORT_ID, N_("Post") },
	{ "title", EXPORT_LINE, N_("Title") },
	{ "saved", EXPORT_TIME, N_("Saved at") },
	{ "text", EXPORT_TEXT, NULL },
	{ 0 },
};

static const struct db_sql sql_comments =
	SQL("SELECT m.comment_id, 0, m.comment_id, m.target_id, p.title, m.parent_id, m.created_at,"
	    " m.edited_at, m.deleted_at, m.likes, m.body_md FROM comment m FORCE INDEX (author)"
	    " LEFT JOIN post p ON m.target_type = 1 AND p.post_id = m.target_id"
	    " AND p.deleted_at = 0 WHERE m.author_id = ? AND m.comment_id >= ?"
	    " AND (m.comment_id > ? OR 0 > ?) ORDER BY m.comment_id LIMIT ?");

static const struct export_column comment_columns[] = {
	{ "id", EXPORT_ID, NULL },
	{ "post", EXPORT_ID, N_("Post") },
	{ "post_title", EXPORT_LINE, N_("Title") },
	{ "answers", EXPORT_ID, NULL },
	{ "written", EXPORT_TIME, N_("Written") },
	{ "edited", EXPORT_TIME, N_("Changed") },
	{ "deleted", EXPORT_TIME, N_("Deleted at") },
	{ "likes", EXPORT_NUMBER, N_("Likes") },
	{ "text", EXPORT_TEXT, NULL },
	{ 0 },
};

static const struct db_sql sql_votes =
	SQL("SELECT v.voted_at, v.post_id, v.post_id, p.title, v.voted_at FROM post_vote v"
	    " FORCE INDEX (user) LEFT JOIN post p ON p.post_id = v.post_id AND p.deleted_at = 0"
	    " WHERE v.user_id = ? AND v.voted_at >= ? AND (v.voted_at > ? OR v.post_id > ?)"
	    " ORDER BY v.voted_at, v.post_id LIMIT ?");

static const struct export_column vote_columns[] = {
	{ "post", EXPORT_ID, N_("Post") },
	{ "title", EXPORT_LINE, N_("Title") },
	{ "at", EXPORT_TIME, N_("Time") },
	{ 0 },
};

/* The second number of a place: ids of comments behind those of posts, as the index has them. */
#define LIKED "IF(l.target_type = 1, 0, 4611686018427387904) + l.target_id"

static const struct db_sql sql_likes =
	SQL("SELECT l.changed_us, " LIKED ", IF(l.target_type = 1, 'post', 'comment'), l.target_id,"
	    " p.title, l.changed_us FROM liked l FORCE INDEX (user)"
	    " LEFT JOIN post p ON l.target_type = 1 AND p.post_id = l.target_id"
	    " AND p.deleted_at = 0 WHERE l.user_id = ? AND l.is_on = 1 AND l.changed_us >= ?"
	    " AND (l.changed_us > ? OR " LIKED " > ?)"
	    " ORDER BY l.changed_us, l.target_type, l.target_id LIMIT ?");

static const struct export_column like_columns[] = {
	{ "what", EXPORT_LINE, N_("What") },
	{ "id", EXPORT_ID, N_("Number") },
	{ "title", EXPORT_LINE, N_("Title") },
	{ "at", EXPORT_TIME_US, N_("Time") },
	{ 0 },
};

static const struct db_sql sql_days =
	SQL("SELECT day, 0, day, points, checked_at FROM check_in WHERE user_id = ?"
	    " AND day >= ? AND (day > ? OR 0 > ?) ORDER BY day LIMIT ?");

static const struct export_column day_columns[] = {
	{ "day", EXPORT_DAY, N_("Day") },
	{ "points", EXPORT_NUMBER, N_("Points") },
	{ "at", EXPORT_TIME, NULL },
	{ 0 },
};

static const struct db_sql sql_orders =
	SQL("SELECT o.order_id, 0, o.order_id, COALESCE(o.goods_name, g.name), CAST(o.price AS "
	    "CHAR), o.state, o.created_at,"
	    " o.paid_at, o.ended_at, o.ship_to FROM sale_order o FORCE INDEX (mine)"
	    " LEFT JOIN goods g ON g.goods_id = o.goods_id WHERE o.user_id = ?"
	    " AND o.order_id >= ? AND (o.order_id > ? OR 0 > ?) ORDER BY o.order_id LIMIT ?");

static const struct export_column order_columns[] = {
	{ "id", EXPORT_ID, N_("Number") },
	{ "goods", EXPORT_LINE, N_("What") },
	{ "price", EXPORT_LINE, N_("Price") },
	{ "state", EXPORT_NUMBER, NULL },
	{ "ordered", EXPORT_TIME, N_("Ordered") },
	{ "paid", EXPORT_TIME, N_("Paid") },
	{ "ended", EXPORT_TIME, N_("Ended") },
	{ "ship_to", EXPORT_LINE, N_("Address") },
	{ 0 },
};

static const struct db_sql sql_addresses =
	SQL("SELECT address_id, 0, name, phone, region, street, is_default, created_at FROM address"
	    " WHERE user_id = ? AND address_id >= ? AND (address_id > ? OR 0 > ?)"
	    " ORDER BY address_id LIMIT ?");

static const struct export_column address_columns[] = {
	{ "name", EXPORT_LINE, N_("Name") },
	{ "phone", EXPORT_LINE, N_("Phone") },
	{ "region", EXPORT_LINE, N_("Region") },
	{ "street", EXPORT_LINE, N_("Street") },
	{ "is_default", EXPORT_FLAG, NULL },
	{ "added", EXPORT_TIME, NULL },
	{ 0 },
};

const struct export_section export_sections[] = {
	{ "profile", N_("Profile"), EXPORT_AS_LIST, &sql_profile, profile_columns },
	{ "posts", N_("Posts"), EXPORT_AS_FILES, &sql_posts, post_columns },
	{ "revisions", N_("Versions"), EXPORT_AS_FILES, &sql_revisions, revision_columns },
	{ "drafts", N_("Drafts"), EXPORT_AS_FILES, &sql_drafts, draft_columns },
	{ "comments", N_("Comments"), EXPORT_AS_TEXTS, &sql_comments, comment_columns },
	{ "votes", N_("Votes"), EXPORT_AS_LIST, &sql_votes, vote_columns },
	{ "likes", N_("Likes"), EXPORT_AS_LIST, &sql_likes, like_columns },
	{ "check-ins", N_("Check-ins"), EXPORT_AS_LIST, &sql_days, day_columns },
	{ "orders", N_("Orders"), EXPORT_AS_LIST, &sql_orders, order_columns },
	{ "addresses", N_("Addresses"), EXPORT_AS_LIST, &sql_addresses, address_columns },
};
const size_t export_section_count = ARRAY_LEN(export_sections);
