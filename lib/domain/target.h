/* What is liked, commented or moderated: the kinds of things, as the tables have them. */
#ifndef DOMAIN_TARGET_H
#define DOMAIN_TARGET_H

enum {
	TARGET_POST = 1,
	TARGET_COMMENT = 2,
	TARGET_USER = 3,
	TARGET_GOODS = 4,
	TARGET_SALE = 5,
	TARGET_EVENT = 6, /* of the outbox; 0: all that failed */
	TARGET_LETTER = 7 /* dead ones have no number: the reason says which */
};

#endif
