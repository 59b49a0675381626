// See store.h. A slot, integers little-endian:
//
//   uint32      magic: another layout has another
//   uint32      sequence number: the newer slot is in force
//   byte[64]    host key
//   uint32      credentials' length
//   byte[768]   credentials, then zeros
//   …           zeros
//   uint32      CRC-32 of everything before

#include "store.h"

#include <string.h>

#include "wipe.h"

#define MAGIC 0x31534553 /* "SES1" */
#define SEQUENCE_AT 4
#define HOST_KEY_AT 8
#define CREDENTIALS_LENGTH_AT (HOST_KEY_AT + STORE_HOST_KEY_BYTES)
#define CREDENTIALS_AT (CREDENTIALS_LENGTH_AT + 4)
#define CHECKSUM_AT (PLATFORM_SLOT_BYTES - 4)

_Static_assert(CREDENTIALS_AT + STORE_CREDENTIALS_CAPACITY <= CHECKSUM_AT, "a slot holds a record");

static uint32_t read_uint32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void write_uint32(uint8_t *bytes, uint32_t value) {
  for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> 8 * i);
}

/** CRC-32 of IEEE 802.3, bit by bit: a table would be as long as a record. */
static uint32_t crc32(const uint8_t *bytes, size_t length) {
  uint32_t remainder = 0xffffffff;
  for (size_t i = 0; i < length; i++) {
    remainder ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) remainder = remainder >> 1 ^ (0xedb88320 & (0 - (remainder & 1)));
  }
  return ~remainder;
}

static bool is_valid(const uint8_t *slot) {
  return read_uint32(slot) == MAGIC && read_uint32(slot + CHECKSUM_AT) == crc32(slot, CHECKSUM_AT) &&
         read_uint32(slot + CREDENTIALS_LENGTH_AT) <= STORE_CREDENTIALS_CAPACITY;
}

static void encode(uint8_t *slot, const store_record_t *record, uint32_t sequence) {
  memset(slot, 0, PLATFORM_SLOT_BYTES);
  write_uint32(slot, MAGIC);
  write_uint32(slot + SEQUENCE_AT, sequence);
  memcpy(slot + HOST_KEY_AT, record->host_key, STORE_HOST_KEY_BYTES);
  write_uint32(slot + CREDENTIALS_LENGTH_AT, record->credentials_length);
  memcpy(slot + CREDENTIALS_AT, record->credentials, record->credentials_length);
  write_uint32(slot + CHECKSUM_AT, crc32(slot, CHECKSUM_AT));
}

static void decode(store_record_t *record, const uint8_t *slot) {
  memcpy(record->host_key, slot + HOST_KEY_AT, STORE_HOST_KEY_BYTES);
  record->credentials_length = read_uint32(slot + CREDENTIALS_LENGTH_AT);
  memcpy(record->credentials, slot + CREDENTIALS_AT, STORE_CREDENTIALS_CAPACITY);
}

platform_status_t store_open(store_t *store, platform_t *platform) {
  memset(store, 0, sizeof *store);
  store->platform = platform;
  platform_status_t status = PLATFORM_OK;
  uint8_t bytes[PLATFORM_SLOT_BYTES];
  for (unsigned slot = 0; slot < PLATFORM_SLOT_COUNT && status == PLATFORM_OK; slot++) {
    status = platform_slot_read(platform, slot, bytes);
    if (status != PLATFORM_OK || !is_valid(bytes)) continue;
    uint32_t sequence = read_uint32(bytes + SEQUENCE_AT);
    // the number may have wrapped: newer is less than half the range ahead
    if (store->present && (int32_t)(sequence - store->sequence) < 0) continue;
    store->present = true;
    store->slot = slot;
    store->sequence = sequence;
    decode(&store->record, bytes);
  }
  wipe(bytes, sizeof bytes);
  return status;
}

platform_status_t store_replace(store_t *store, const store_record_t *record) {
  if (record->credentials_length > STORE_CREDENTIALS_CAPACITY) return PLATFORM_STORE_ERROR;
  unsigned slot = store->present ? (store->slot + 1) % PLATFORM_SLOT_COUNT : 0;
  uint32_t sequence = store->sequence + 1;
  uint8_t bytes[PLATFORM_SLOT_BYTES];
  encode(bytes, record, sequence);
  uint32_t checksum = read_uint32(bytes + CHECKSUM_AT);
  platform_status_t status = platform_slot_write(store->platform, slot, bytes);
  if (status == PLATFORM_OK) status = platform_slot_read(store->platform, slot, bytes);
  if (status == PLATFORM_OK && (!is_valid(bytes) || read_uint32(bytes + CHECKSUM_AT) != checksum)) {
    status = PLATFORM_STORE_ERROR;
  }
  if (status == PLATFORM_OK) {
    decode(&store->record, bytes);
    store->present = true;
    store->slot = slot;
    store->sequence = sequence;
  }
  wipe(bytes, sizeof bytes);
  return status;
}
