// What a device keeps: the host key, and credentials that replace the embedded ones. Two slots are written in turn,
// each with a sequence number and a checksum, so that a power cut at any moment leaves the old record or the new one.

#ifndef SESAME_STORE_H
#define SESAME_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "platform.h"

#define STORE_HOST_KEY_BYTES 64
#define STORE_CREDENTIALS_CAPACITY 768

/** A record. Secret. */
typedef struct store_record {
  /** Ed25519 seed (32 bytes) and public key (32). */
  uint8_t host_key[STORE_HOST_KEY_BYTES];
  /** 0: the embedded credentials are in force. */
  uint32_t credentials_length;
  uint8_t credentials[STORE_CREDENTIALS_CAPACITY];
} store_record_t;

typedef struct store {
  platform_t *platform;
  /** What is in force, if `present`. */
  store_record_t record;
  bool present;
  /** Of the slot that holds the record. */
  unsigned slot;
  uint32_t sequence;
} store_t;

/** Reads the newest valid record. PLATFORM_OK also when there is none. */
platform_status_t store_open(store_t *store, platform_t *platform);

/** Replaces the record: when this returns PLATFORM_OK the new one is in force and stays so; otherwise the old one still
 * is. */
platform_status_t store_replace(store_t *store, const store_record_t *record);

#endif
