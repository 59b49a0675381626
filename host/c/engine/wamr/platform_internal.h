// What WAMR's sources want of a platform, under the name that they include: one thread, a heap, no clock and no files.
// The functions are in platform.c.

#ifndef SESAME_WAMR_PLATFORM_INTERNAL_H
#define SESAME_WAMR_PLATFORM_INTERNAL_H

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int korp_tid, korp_thread, korp_mutex, korp_sem, korp_cond, korp_rwlock;
typedef int os_file_handle, os_raw_file_handle, os_poll_file_handle, os_timespec;
typedef unsigned os_nfds_t;
typedef void *os_dir_stream;

static inline os_file_handle os_get_invalid_handle(void) {
  return -1;
}

/** WAMR rounds the memory of an instance up to this. */
static inline int os_getpagesize(void) {
  return 16;
}

#endif
