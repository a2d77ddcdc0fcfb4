/* Voting, how an article stands, and what is on its way to SQL. */
#ifndef UNIT_DOMAIN_VOTING_H
#define UNIT_DOMAIN_VOTING_H

#include "unit/domain/people.h"

#include "base/buf.h"
#include "domain/event_relay.h"
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

err __real_mq_publish_batch_confirmed(struct mq *m, const struct mq_message *messages, size_t count,
				      bool *done);
err __wrap_mq_publish_batch_confirmed(struct mq *m, const struct mq_message *messages, size_t count,
				      bool *done);

err __wrap_mq_await_lasting(struct mq *m);

/* What the relay sends comes to us instead, without a broker. */
static struct buf *taken;

err __wrap_mq_await_lasting(struct mq *m)
{
	(void)m;
	return OK;
}

err __wrap_mq_publish_batch_confirmed(struct mq *m, const struct mq_message *messages, size_t count,
				      bool *done)
{
	size_t i;

	if (!taken)
		return __real_mq_publish_batch_confirmed(m, messages, count, done);
	for (i = 0; i < count; i++) {
		struct str body = messages[i].body;

		if (taken->n)
			buf_add_char(taken, ',');
		buf_add(taken, str_slice(body, 1, body.n - 1));
		done[i] = true;
	}
	return OK;
}

/* All events that wait in the streams, as one message of the relay; the streams are empty then. */
static inline struct str take_events(struct ctx *c)
{
	struct buf events;
	size_t moved;

	buf_init(&events, c->arena, 1024);
	taken = &events;
	do {
		assert_int_equal(event_relay_round(c, 0, &moved), OK);
	} while (moved);
	taken = NULL;
	return str_format(c->arena, "[" STR_FMT "]", STR_ARG(buf_str(&events)));
}

#endif
