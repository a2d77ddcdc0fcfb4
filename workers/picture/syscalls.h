/*
 * What a confined process may still ask of the kernel.
 */
#ifndef PICTURE_SYSCALLS_H
#define PICTURE_SYSCALLS_H

#include <stdbool.h>

/*
 * From here on: memory, reading and writing what is open, the clock, the end. Everything else fails
 * with EPERM, for this process and for good. False when the kernel refuses that.
 */
bool syscalls_confine(void);

#endif
