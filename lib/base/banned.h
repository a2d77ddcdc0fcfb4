/*
 * Functions of the C library that cut text, overrun it, keep hidden state or
 * guess an encoding. Using one stops the build; base/str.h includes this.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca /* a macro may not be poisoned */

#pragma GCC poison strcpy strncpy strcat strncat sprintf vsprintf gets strtok strtok_r
#pragma GCC poison atoi atol atoll atof asctime ctime gmtime localtime tmpnam mktemp tempnam
/* Not random itself: libsodium's header has a field of this name. */
#pragma GCC poison rand srand srandom alloca

#endif
