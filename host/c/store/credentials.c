// The credentials in force: see credentials.h.

#include "store/credentials.h"

#include <string.h>

#include "modules/embedded.h"
#include "modules/userauth.h"
#include "wipe.h"

// The credentials region of the small builds.
#define USER_FIELD_BYTES (1 + USER_NAME_CAPACITY)
#define PASSWORD_FIELD_BYTES (1 + PASSWORD_CAPACITY)
#define PASSWORD_REGION_BYTES (USER_FIELD_BYTES + PASSWORD_FIELD_BYTES)

// ---- in force ----

uint32_t credentials_capacity(void) {
  return embedded_credentials_capacity < STORE_CREDENTIALS_CAPACITY ? embedded_credentials_capacity
                                                                    : STORE_CREDENTIALS_CAPACITY;
}

static bool is_stored(const store_t *store) {
  // a module with the same users may have less room
  return store->credentials_base == embedded_credentials_id && store->credentials_length <= credentials_capacity();
}

uint32_t credentials_length(const store_t *store) {
  return is_stored(store) ? store->credentials_length : embedded_credentials_length;
}

bool credentials_read(const store_t *store, uint8_t *region) {
  if (is_stored(store)) return store_read_credentials(store, region) == PLATFORM_OK;
  memcpy(region, embedded_credentials, embedded_credentials_length);
  return true;
}

static credentials_status_t commit(store_t *store, store_draft_t *draft) {
  return store_commit(store, draft) == PLATFORM_OK ? CREDENTIALS_OK : CREDENTIALS_STORE_ERROR;
}

credentials_status_t credentials_reset(store_t *store) {
  store_draft_t draft;
  if (!store_draft(store, &draft)) return CREDENTIALS_STORE_ERROR;
  draft.credentials_base = 0;
  draft.credentials_length = 0;
  return commit(store, &draft);
}

credentials_status_t credentials_change(store_t *store, uint32_t offset, const uint8_t *record, uint32_t length) {
  uint32_t region_length = credentials_length(store);
  if (length > region_length || offset > region_length - length) return CREDENTIALS_INVALID;
  store_draft_t draft;
  if (region_length > STORE_CREDENTIALS_CAPACITY || !store_draft(store, &draft)) return CREDENTIALS_STORE_ERROR;
  if (!is_stored(store)) {
    memcpy(draft.credentials, embedded_credentials, region_length);
    draft.credentials_base = embedded_credentials_id;
    draft.credentials_length = region_length;
  }
  memcpy(draft.credentials + offset, record, length);
  return commit(store, &draft);
}

// ---- whether a region is one ----

/** A length that is neither 0 nor too great, so many bytes, and then zeros. */
static bool is_field(const uint8_t *field, size_t length) {
  if (field[0] == 0 || field[0] >= length) return false;
  uint8_t rest = 0;
  for (size_t i = 1u + field[0]; i < length; i++) rest |= field[i];
  return rest == 0;
}

static credentials_status_t check_fields(const uint8_t *region, size_t length) {
  if (length < credentials_capacity()) return CREDENTIALS_CUT_OFF;
  bool valid = length >= USER_FIELD_BYTES && is_field(region, USER_FIELD_BYTES);
  if (length == PASSWORD_REGION_BYTES) valid = valid && is_field(region + USER_FIELD_BYTES, PASSWORD_FIELD_BYTES);
  return valid ? CREDENTIALS_OK : CREDENTIALS_INVALID;
}

static uint32_t read_number(const uint8_t *bytes, size_t length) {
  uint32_t number = 0;
  while (length-- > 0) number = number << 8 | bytes[length];
  return number;
}

/** Whether a password's hash is computed before the watchdog's patience ends. */
static bool is_affordable(const uint8_t *region) {
  uint32_t passes = read_number(region + REGION_PASSES_OFFSET, 4),
           memory = read_number(region + REGION_MEMORY_KIB_OFFSET, 4);
  if (region[REGION_HASH_OFFSET] == HASH_PBKDF2) return passes <= embedded_hash_limit.iterations;
  return memory == 0 || passes <= embedded_hash_limit.blocks / memory;
}

static credentials_status_t check_length(const uint8_t *region, uint32_t length) {
  bool whole = length >= REGION_BANNER_FIELDS_OFFSET && length >= read_number(region + REGION_LENGTH_OFFSET, 2);
  return whole ? CREDENTIALS_OK : CREDENTIALS_CUT_OFF;
}

/** The rest is for the module to judge. */
static credentials_status_t check_region(platform_t *platform, const uint8_t *region, uint32_t length) {
  bool is_full = embedded_userauth_build == USERAUTH_BUILD_FULL;
  credentials_status_t status = is_full ? check_length(region, length) : check_fields(region, length);
  if (status != CREDENTIALS_OK) return status;
  if (!userauth_serves(platform, region, length)) return CREDENTIALS_INVALID;
  return !is_full || is_affordable(region) ? CREDENTIALS_OK : CREDENTIALS_TOO_SLOW;
}

// ---- a region in base64 ----

void credentials_text_begin(credentials_text_t *text, const store_t *store) {
  *text = (credentials_text_t){0};
  if (!store_draft(store, &text->draft)) text->status = CREDENTIALS_STORE_ERROR;
  text->draft.credentials_base = embedded_credentials_id;
  text->draft.credentials_length = 0;
}

void credentials_text_take(credentials_text_t *text, const char *characters, size_t length) {
  store_draft_t *draft = &text->draft;
  uint8_t byte;
  for (size_t i = 0; i < length && text->status == CREDENTIALS_OK; i++) {
    if (!base64_take(&text->base64, characters[i], &byte)) continue;
    if (draft->credentials_length < credentials_capacity())
      draft->credentials[draft->credentials_length++] = byte;
    else
      text->status = CREDENTIALS_TOO_LONG;
  }
}

static credentials_status_t check_text(const credentials_text_t *text, platform_t *platform) {
  if (text->status != CREDENTIALS_OK) return text->status;
  switch (base64_end(&text->base64)) {
  case BASE64_OK: return check_region(platform, text->draft.credentials, text->draft.credentials_length);
  case BASE64_CUT_OFF: return CREDENTIALS_CUT_OFF;
  default: return CREDENTIALS_NOT_BASE64;
  }
}

credentials_status_t credentials_text_commit(credentials_text_t *text, store_t *store) {
  credentials_status_t status = check_text(text, store->platform);
  if (status == CREDENTIALS_OK) status = commit(store, &text->draft);
  credentials_text_discard(text);
  return status;
}

void credentials_text_discard(credentials_text_t *text) {
  store_discard(&text->draft);
  wipe(text, sizeof *text);
}

credentials_status_t credentials_replace(store_t *store, const char *characters, size_t length) {
  credentials_text_t text;
  credentials_text_begin(&text, store);
  credentials_text_take(&text, characters, length);
  return credentials_text_commit(&text, store);
}
