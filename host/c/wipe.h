// Overwrites secrets where the compiler would drop a store that nobody reads.

#ifndef SESAME_WIPE_H
#define SESAME_WIPE_H

#include <stddef.h>
#include <string.h>

/** Overwrites `length` bytes with zeros, whether or not they are read again. */
static inline void wipe(void *bytes, size_t length) {
  memset(bytes, 0, length);
  // for all that the compiler knows, this reads them
  __asm__ volatile("" : : "r"(bytes) : "memory");
}

#endif
