// Replaces the credentials that are in force, from within a session. Secrets are wiped here wherever they were copied.

#ifndef SESAME_CREDENTIALS_H
#define SESAME_CREDENTIALS_H

#include <stddef.h>

#include "store.h"

typedef enum credentials_status {
  CREDENTIALS_OK = 0,
  /** Not the base64 text of a region of the right length, or one that would admit nobody. */
  CREDENTIALS_INVALID,
  /** The store failed: the old credentials are in force. */
  CREDENTIALS_STORE_ERROR,
} credentials_status_t;

/** Puts a region (docs/abi.md), given in base64, in the place of the one in force. Secret. */
credentials_status_t credentials_replace(store_t *store, const char *text, size_t length);

/** Goes back to the embedded credentials. */
credentials_status_t credentials_reset(store_t *store);

#endif
