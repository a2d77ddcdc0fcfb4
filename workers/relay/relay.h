/* What the relay carries; each goes on until told to stop. */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

#include "domain/program.h"

void relay_events(struct program *p);
void relay_sales(struct program *p);

#endif
