// The credentials in force: see credentials.h.

#include "credentials.h"

#include <string.h>

#include "embedded.h"
#include "userauth.h"
#include "wipe.h"

// The credentials region of docs/abi.md; first that of the small builds.
#define USER_FIELD_BYTES 64
#define PASSWORD_FIELD_BYTES 128
#define PASSWORD_REGION_BYTES (USER_FIELD_BYTES + PASSWORD_FIELD_BYTES)

// The full build's table of users.
#define FORMAT 1
#define LIMITS_AT 1
#define LIMIT_COUNT 3
#define BANNER_LENGTH_AT 10
#define HEADER_BYTES 20
#define USER_NAME_AT 57
#define USER_NAME_CAPACITY 63
#define KEY_BLOB_AT 3
/** Two zeros stand where the next user's length would. */
#define END_BYTES 2
/** What the module wants of its region behind that: it compares names without looking at how long the stored one is. */
#define SLACK_BYTES 64

// ---- in force ----

uint32_t credentials_capacity(void) {
  uint32_t slack = embedded_userauth_build == USERAUTH_BUILD_FULL ? SLACK_BYTES : 0;
  uint32_t capacity = embedded_credentials_capacity - slack;
  return capacity < STORE_CREDENTIALS_CAPACITY ? capacity : STORE_CREDENTIALS_CAPACITY;
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

static size_t read_uint16(const uint8_t *bytes) {
  return (size_t)(bytes[0] | bytes[1] << 8);
}

/** A name, and keys that are as long together as what follows it. */
static bool is_user(const uint8_t *user, size_t length) {
  if (length <= USER_NAME_AT) return false;
  size_t name_length = user[USER_NAME_AT], at = USER_NAME_AT + 1 + name_length;
  if (name_length < 1 || name_length > USER_NAME_CAPACITY || at > length) return false;
  while (length - at >= KEY_BLOB_AT && length - at - KEY_BLOB_AT >= read_uint16(user + at)) {
    at += KEY_BLOB_AT + read_uint16(user + at);
  }
  return at == length;
}

/** Header, banner, users and end have to be as long together as the region is: so it is seen when a part is missing. */
static credentials_status_t check_users(const uint8_t *region, size_t length) {
  if (length < HEADER_BYTES || length - HEADER_BYTES < read_uint16(region + BANNER_LENGTH_AT))
    return CREDENTIALS_CUT_OFF;
  if (region[0] != FORMAT || memchr(region + LIMITS_AT, 0, LIMIT_COUNT)) return CREDENTIALS_INVALID;
  size_t users_at = HEADER_BYTES + read_uint16(region + BANNER_LENGTH_AT), at = users_at, user_length;
  for (; length - at >= END_BYTES && (user_length = read_uint16(region + at)) > 0; at += user_length) {
    if (length - at < user_length) return CREDENTIALS_CUT_OFF;
    if (!is_user(region + at, user_length)) return CREDENTIALS_INVALID;
  }
  if (length - at < END_BYTES) return CREDENTIALS_CUT_OFF;
  return at > users_at && length - at == END_BYTES ? CREDENTIALS_OK : CREDENTIALS_INVALID;
}

static credentials_status_t check_region(platform_t *platform, const uint8_t *region, uint32_t length) {
  if (embedded_userauth_build != USERAUTH_BUILD_FULL) return check_fields(region, length);
  credentials_status_t status = check_users(region, length);
  if (status == CREDENTIALS_OK && !userauth_accepts(platform, region, length)) status = CREDENTIALS_INVALID;
  return status;
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
