/*
 * Names of hosts: how long a name server is waited for. The time-outs of a connection begin when
 * the name of its host is known, so without this one of 3 s may take 20 s.
 */
#ifndef BASE_RESOLVER_H
#define BASE_RESOLVER_H

/*
 * Ask each name server once and wait a second for it, unless RES_OPTIONS (resolv.conf(5)) says
 * otherwise. Call it before the first connection.
 */
void resolver_limit(void);

#endif
