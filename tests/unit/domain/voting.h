/* Voting, how an article stands, and what is on its way to SQL. */
#ifndef UNIT_DOMAIN_VOTING_H
#define UNIT_DOMAIN_VOTING_H

#include "unit/domain/people.h"

#include "base/num.h"
#include "domain/reaction.h"

static inline enum vote_answer vote(struct fixture *f, int64_t *votes)
{
	enum vote_answer answer;

	assert_int_equal(vote_cast(f->c, f->post, &answer, votes), OK);
	return answer;
}

static inline struct reaction_state look(struct fixture *f)
{
	struct reaction_want want;
	struct reaction_state state;
	struct post p;

	reaction_prepare(f->c, &want, f->post, f->c->viewer.id);
	(void)!cache_flush(f->c->cache);
	assert_int_equal(post_find(f->c, f->post, &p), OK);
	assert_int_equal(reaction_load(f->c, &want, p.created_at, p.votes, p.likes, p.comments,
				       &state),
			 OK);
	return state;
}

/* All events that wait in the streams, as the relay sends them; the streams are emptied. */
static inline struct str take_events(struct ctx *c)
{
	struct buf json;
	struct cache_reply *reply;
	int64_t sequence;
	size_t i;
	int shard;

	buf_init(&json, c->arena, 1024);
	for (shard = 0; shard < REACTION_SHARDS; shard++) {
		struct str key = reaction_stream_key(c->arena, shard);

		assert_int_equal(cache_run(c->cache, &reply,
					   CACHE_ARGS(STR("XRANGE"), key, STR("-"), STR("+"))),
				 OK);
		for (i = 0; i < cache_items(reply); i++) {
			const struct cache_reply *entry = cache_item(reply, i);
			struct str id = cache_text(cache_item(entry, 0)), ms = { 0 };
			struct str rest = cache_text(cache_item(cache_item(entry, 1), 1)), word;

			buf_add(&json, json.n ? STR(",[") : STR("[["));
			assert_true(str_split(&rest, ' ', &word));
			buf_add_json(&json, word);
			while (str_split(&rest, ' ', &word)) {
				buf_add_char(&json, ',');
				buf_add(&json, word);
			}
			assert_true(str_split(&id, '-', &ms));
			assert_true(num_parse_i64(id, 0, 999, &sequence));
			buf_addf(&json, "," STR_FMT "%03lld]", STR_ARG(ms), (long long)sequence);
		}
		assert_int_equal(cache_run(c->cache, &reply, CACHE_ARGS(STR("DEL"), key)), OK);
	}
	buf_add(&json, json.n ? STR("]") : STR("[]"));
	return buf_str(&json);
}

#endif
