// The credentials in force: those of the store if it has any for this userauth build, else the embedded ones. They are
// read, replaced from within a session, and changed by the module when a user has a new password. Secrets are wiped
// here wherever they were copied.

#ifndef SESAME_CREDENTIALS_H
#define SESAME_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/base64.h"
#include "store/store.h"

typedef enum credentials_status {
  CREDENTIALS_OK = 0,
  /** The text is not base64. */
  CREDENTIALS_NOT_BASE64,
  /** The text or the region in it ends too early. */
  CREDENTIALS_CUT_OFF,
  /** More bytes than a region has. */
  CREDENTIALS_TOO_LONG,
  /** No region that the userauth module can serve, or one that admits nobody; or no place in the region. */
  CREDENTIALS_INVALID,
  /** The hash of a password would take longer than the watchdog waits. */
  CREDENTIALS_TOO_SLOW,
  /** The store failed, or there was no memory: the old credentials are in force. */
  CREDENTIALS_STORE_ERROR,
} credentials_status_t;

/** Length of the region in force (docs/abi.md), in bytes. */
uint32_t credentials_length(const store_t *store);

/** The most bytes that a region of this build can have; in the small builds each has as many. */
uint32_t credentials_capacity(void);

/** Reads the region in force. Secret. False: the store cannot be read. */
bool credentials_read(const store_t *store, uint8_t *region);

/** Puts a region, given in base64, in the place of the one in force. Secret. */
credentials_status_t credentials_replace(store_t *store, const char *text, size_t length);

/** Goes back to the embedded credentials. */
credentials_status_t credentials_reset(store_t *store);

/** Puts `length` bytes at `offset` of the region in force: a user's new password. CREDENTIALS_OK: they are stored.
 * Secret. */
credentials_status_t credentials_change(store_t *store, uint32_t offset, const uint8_t *record, uint32_t length);

/** A region in base64 that comes in pieces. Secret. Zeros: there is none. */
typedef struct credentials_text {
  base64_t base64;
  store_draft_t draft;
  credentials_status_t status;
} credentials_text_t;

/** Expects a text. */
void credentials_text_begin(credentials_text_t *text, const store_t *store);
/** Takes the next piece of it. */
void credentials_text_take(credentials_text_t *text, const char *characters, size_t length);
/** The text is complete: puts the region in the place of the one in force. There is no text afterwards. */
credentials_status_t credentials_text_commit(credentials_text_t *text, store_t *store);
/** Forgets the text, if there is one. */
void credentials_text_discard(credentials_text_t *text);

#endif
