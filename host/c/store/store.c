// See store.h. A slot, integers little-endian:
//
//   uint32      magic: another layout has another
//   uint32      sequence number: the newer slot is in force
//   byte[64]    host key
//   uint32      which embedded credentials those that follow replace; 0 for no credentials
//   uint32      credentials' length, n
//   byte[n]     credentials
//   uint32      CRC-32 of everything before
//   …           zeros

#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "wipe.h"

#define MAGIC 0x32534553 /* "SES2" */
#define SEQUENCE_AT 4
#define HOST_KEY_AT 8
#define BASE_AT (HOST_KEY_AT + STORE_HOST_KEY_BYTES)
#define LENGTH_AT (BASE_AT + 4)
#define CREDENTIALS_AT (LENGTH_AT + 4)
#define CHECKSUM_BYTES 4

/** A slot is read in pieces of this size where there is no room for it as a whole: stacks are small. */
#define PIECE_BYTES 64

_Static_assert(CREDENTIALS_AT + STORE_CREDENTIALS_CAPACITY + CHECKSUM_BYTES <= PLATFORM_SLOT_BYTES,
               "a slot holds a record");

static uint32_t read_uint32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void write_uint32(uint8_t *bytes, uint32_t value) {
  for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> 8 * i);
}

/** CRC-32 of IEEE 802.3 from its remainder so far, at first and at last inverted. Bit by bit: a table would have 1 kB.
 */
static uint32_t crc32(uint32_t remainder, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    remainder ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) remainder = remainder >> 1 ^ (0xedb88320 & (0 - (remainder & 1)));
  }
  return remainder;
}

static size_t piece_length(size_t at, size_t end) {
  return end - at < PIECE_BYTES ? end - at : PIECE_BYTES;
}

/** The checksum that a slot should have behind its first `length` bytes. */
static platform_status_t checksum_of(platform_t *platform, unsigned slot, size_t length, uint32_t *checksum) {
  uint8_t piece[PIECE_BYTES];
  uint32_t remainder = UINT32_MAX;
  platform_status_t status = PLATFORM_OK;
  for (size_t at = 0; at < length && status == PLATFORM_OK; at += PIECE_BYTES) {
    status = platform_slot_read(platform, slot, at, piece, piece_length(at, length));
    if (status == PLATFORM_OK) remainder = crc32(remainder, piece, piece_length(at, length));
  }
  wipe(piece, sizeof piece);
  *checksum = ~remainder;
  return status;
}

/** Takes the slot's record for the one in force if it is valid and newer than what was found before. */
static platform_status_t consider(store_t *store, unsigned slot) {
  platform_t *platform = store->platform;
  uint8_t start[HOST_KEY_AT], sizes[CREDENTIALS_AT - BASE_AT], stored[CHECKSUM_BYTES];
  platform_status_t status = platform_slot_read(platform, slot, 0, start, sizeof start);
  if (status == PLATFORM_OK) status = platform_slot_read(platform, slot, BASE_AT, sizes, sizeof sizes);
  if (status != PLATFORM_OK) return status;
  uint32_t sequence = read_uint32(start + SEQUENCE_AT), length = read_uint32(sizes + LENGTH_AT - BASE_AT), checksum;
  if (read_uint32(start) != MAGIC || length > STORE_CREDENTIALS_CAPACITY) return PLATFORM_OK;
  status = checksum_of(platform, slot, CREDENTIALS_AT + length, &checksum);
  if (status == PLATFORM_OK)
    status = platform_slot_read(platform, slot, CREDENTIALS_AT + length, stored, sizeof stored);
  if (status != PLATFORM_OK || read_uint32(stored) != checksum) return status;
  // the number may have wrapped: newer is less than half the range ahead
  if (store->present && (int32_t)(sequence - store->sequence) < 0) return PLATFORM_OK;
  store->present = true;
  store->slot = slot;
  store->sequence = sequence;
  store->credentials_base = read_uint32(sizes);
  store->credentials_length = length;
  return PLATFORM_OK;
}

platform_status_t store_open(store_t *store, platform_t *platform) {
  *store = (store_t){.platform = platform};
  platform_status_t status = PLATFORM_OK;
  for (unsigned slot = 0; slot < PLATFORM_SLOT_COUNT && status == PLATFORM_OK; slot++) status = consider(store, slot);
  return status;
}

static platform_status_t read_record(const store_t *store, size_t at, uint8_t *bytes, size_t length) {
  if (!store->present) return PLATFORM_STORE_ERROR;
  return platform_slot_read(store->platform, store->slot, at, bytes, length);
}

platform_status_t store_read_host_key(const store_t *store, uint8_t *host_key) {
  return read_record(store, HOST_KEY_AT, host_key, STORE_HOST_KEY_BYTES);
}

platform_status_t store_read_credentials(const store_t *store, uint8_t *region) {
  return read_record(store, CREDENTIALS_AT, region, store->credentials_length);
}

bool store_draft(const store_t *store, store_draft_t *draft) {
  *draft = (store_draft_t){.slot = calloc(1, PLATFORM_SLOT_BYTES)};
  if (!draft->slot) return false;
  draft->host_key = draft->slot + HOST_KEY_AT;
  draft->credentials = draft->slot + CREDENTIALS_AT;
  if (!store->present) return true;
  draft->credentials_base = store->credentials_base;
  draft->credentials_length = store->credentials_length;
  if (read_record(store, 0, draft->slot, CREDENTIALS_AT + store->credentials_length) == PLATFORM_OK) return true;
  store_discard(draft);
  return false;
}

/** Completes the slot, whatever may be left behind the credentials; returns the record's length. */
static size_t encode(store_draft_t *draft, uint32_t sequence) {
  size_t length = CREDENTIALS_AT + draft->credentials_length;
  write_uint32(draft->slot, MAGIC);
  write_uint32(draft->slot + SEQUENCE_AT, sequence);
  write_uint32(draft->slot + BASE_AT, draft->credentials_base);
  write_uint32(draft->slot + LENGTH_AT, draft->credentials_length);
  memset(draft->slot + length, 0, PLATFORM_SLOT_BYTES - length);
  write_uint32(draft->slot + length, ~crc32(UINT32_MAX, draft->slot, length));
  return length + CHECKSUM_BYTES;
}

/** Whether the slot holds these bytes. */
static platform_status_t verify(platform_t *platform, unsigned slot, const uint8_t *bytes, size_t length) {
  uint8_t piece[PIECE_BYTES];
  platform_status_t status = PLATFORM_OK;
  for (size_t at = 0; at < length && status == PLATFORM_OK; at += PIECE_BYTES) {
    status = platform_slot_read(platform, slot, at, piece, piece_length(at, length));
    if (status == PLATFORM_OK && memcmp(piece, bytes + at, piece_length(at, length)) != 0)
      status = PLATFORM_STORE_ERROR;
  }
  wipe(piece, sizeof piece);
  return status;
}

platform_status_t store_commit(store_t *store, store_draft_t *draft) {
  platform_status_t status = PLATFORM_STORE_ERROR;
  if (draft->credentials_length <= STORE_CREDENTIALS_CAPACITY) {
    unsigned slot = store->present ? (store->slot + 1) % PLATFORM_SLOT_COUNT : 0;
    uint32_t sequence = store->sequence + 1;
    size_t length = encode(draft, sequence);
    status = platform_slot_write(store->platform, slot, draft->slot);
    if (status == PLATFORM_OK) status = verify(store->platform, slot, draft->slot, length);
    if (status == PLATFORM_OK) {
      *store = (store_t){.platform = store->platform,
                         .present = true,
                         .slot = slot,
                         .sequence = sequence,
                         .credentials_base = draft->credentials_base,
                         .credentials_length = draft->credentials_length};
    }
  }
  store_discard(draft);
  return status;
}

void store_discard(store_draft_t *draft) {
  if (draft->slot) wipe(draft->slot, PLATFORM_SLOT_BYTES);
  free(draft->slot);
  *draft = (store_draft_t){0};
}
