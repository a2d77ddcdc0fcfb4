/*
 * Leases of periodic programs: rows of job_lease. Who holds one may work until it runs
 * out; a holder that died is no obstacle after that. By MariaDB's clock.
 */
#ifndef DOMAIN_JOB_LEASE_H
#define DOMAIN_JOB_LEASE_H

#include "domain/ctx.h"

/* ERR_CONFLICT when another one holds it. owner: unlike any other's. */
err job_lease_take(struct ctx *c, struct str name, struct str owner, int64_t ms) MUST_CHECK;

/* Give it back early. Nothing happens when it is somebody else's by now. */
err job_lease_release(struct ctx *c, struct str name, struct str owner) MUST_CHECK;

#endif
