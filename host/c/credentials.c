// Replaces the credentials in force: see credentials.h.

#include "credentials.h"

#include "base64.h"
#include "embedded.h"
#include "wipe.h"

// The credentials region of docs/abi.md.
#define USER_FIELD_BYTES 64
#define PASSWORD_FIELD_BYTES 128
#define PASSWORD_REGION_BYTES (USER_FIELD_BYTES + PASSWORD_FIELD_BYTES)

/** A length that is neither 0 nor too great, so many bytes, and then zeros. */
static bool is_field(const uint8_t *field, size_t length) {
  if (field[0] == 0 || field[0] >= length) return false;
  uint8_t rest = 0;
  for (size_t i = 1u + field[0]; i < length; i++) rest |= field[i];
  return rest == 0;
}

static bool is_region(const uint8_t *region, size_t length) {
  if (length < USER_FIELD_BYTES || !is_field(region, USER_FIELD_BYTES)) return false;
  return length != PASSWORD_REGION_BYTES || is_field(region + USER_FIELD_BYTES, PASSWORD_FIELD_BYTES);
}

static credentials_status_t keep(store_t *store, const store_record_t *record) {
  return store_replace(store, record) == PLATFORM_OK ? CREDENTIALS_OK : CREDENTIALS_STORE_ERROR;
}

credentials_status_t credentials_replace(store_t *store, const char *text, size_t length) {
  store_record_t record = store->record;
  credentials_status_t status = CREDENTIALS_INVALID;
  wipe(record.credentials, sizeof record.credentials);
  record.credentials_length = embedded_credentials_length;
  bool fits = embedded_credentials_length <= STORE_CREDENTIALS_CAPACITY;
  if (fits && base64_decode(text, length, record.credentials, embedded_credentials_length) &&
      is_region(record.credentials, embedded_credentials_length)) {
    status = keep(store, &record);
  }
  wipe(&record, sizeof record);
  return status;
}

credentials_status_t credentials_reset(store_t *store) {
  store_record_t record = store->record;
  record.credentials_length = 0;
  wipe(record.credentials, sizeof record.credentials);
  credentials_status_t status = keep(store, &record);
  wipe(&record, sizeof record);
  return status;
}
