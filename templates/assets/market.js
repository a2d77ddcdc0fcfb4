/* What script adds to sales: a countdown that ticks, and a queue that is watched. */
