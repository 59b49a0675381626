// What a device keeps: the host key, and credentials that replace the embedded ones. Two slots are written in turn,
// each with a sequence number and a checksum, so that a power cut at any moment leaves the old record or the new one.
//
// Nothing of a record stays in memory: it is read where it is wanted, and made, one at a time, on the heap.

#ifndef SESAME_STORE_H
#define SESAME_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/abi.h"
#include "platform.h"

#define STORE_HOST_KEY_BYTES HOST_KEY_BYTES
#define STORE_CREDENTIALS_CAPACITY CREDENTIALS_CAPACITY

typedef struct store {
  platform_t *platform;
  /** A record is in force. */
  bool present;
  /** Of the slot that holds it. */
  unsigned slot;
  /** Its number: changes whenever another record comes into force. */
  uint32_t sequence;
  /** Which embedded credentials its own ones replace (embedded_credentials_id). 0: it has none. */
  uint32_t credentials_base;
  uint32_t credentials_length;
} store_t;

/** Finds the newest valid record. PLATFORM_OK also when there is none. */
platform_status_t store_open(store_t *store, platform_t *platform);

/** Reads the Ed25519 seed (32 bytes) and public key (32) of the record in force. Secret. */
platform_status_t store_read_host_key(const store_t *store, uint8_t *host_key);

/** Reads `credentials_length` bytes of the record in force. Secret. */
platform_status_t store_read_credentials(const store_t *store, uint8_t *region);

/** A record that is to replace the one in force, on the heap. Secret. Zeros: there is none. */
typedef struct store_draft {
  /** The record as a slot has it, of which the two fields below show parts. */
  uint8_t *slot;
  uint8_t *host_key;
  /** Has room for STORE_CREDENTIALS_CAPACITY bytes. */
  uint8_t *credentials;
  uint32_t credentials_base;
  uint32_t credentials_length;
} store_draft_t;

/** Makes a copy of the record in force, or zeros when there is none. False: no memory, or the store cannot be read. */
bool store_draft(const store_t *store, store_draft_t *draft);

/** Replaces the record: when this returns PLATFORM_OK the new one is in force and stays so; otherwise the old one still
 * is. The draft is wiped and freed either way. */
platform_status_t store_commit(store_t *store, store_draft_t *draft);

/** Wipes and frees the draft, if there is one. */
void store_discard(store_draft_t *draft);

#endif
