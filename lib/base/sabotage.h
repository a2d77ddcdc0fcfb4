/*
 * Guards removed on purpose, to show that the tests notice (make fault-sabotage). Only a build with
 * PLAZA_SABOTAGE defined has any of this; there, the environment's SABOTAGE names the one guard
 * that is missing. In every other build these are nothing at all.
 */
#ifndef BASE_SABOTAGE_H
#define BASE_SABOTAGE_H

#include "base/str.h"

#ifdef PLAZA_SABOTAGE
bool sabotage_is(const char *name);
const char *sabotage_text(const char *text);
/* True where the guard of this name is to be missing. */
#define SABOTAGED(name) sabotage_is(name)
/* A statement or script, without the guard in it. */
#define SABOTAGE_TEXT(text) sabotage_text(text)
#else
#define SABOTAGED(name) false
#define SABOTAGE_TEXT(text) (text)
#endif

#endif
