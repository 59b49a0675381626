// See userauth.h.

#include "modules/userauth.h"

#include <string.h>

#include "modules/embedded.h"
#include "modules/userauth_exports.h"
#include "wipe.h"

/** A request and its reply. */
#define BUFFER_PTR 0

bool userauth_instantiate(module_t *userauth, platform_t *platform) {
  uint32_t count = embedded_userauth_build == USERAUTH_BUILD_FULL       ? USERAUTH_FULL_EXPORTS
                   : embedded_userauth_build == USERAUTH_BUILD_PASSWORD ? USERAUTH_EXPORTS
                                                                        : USERAUTH_VERIFYING_EXPORTS;
  return module_instantiate(userauth, platform, &embedded_userauth, userauth_exports, count);
}

bool userauth_is_full(const module_t *userauth) {
  return userauth->exports[USERAUTH_DECIDE] != NULL;
}

module_view_t userauth_credentials(module_t *userauth, uint32_t length) {
  if (userauth_is_full(userauth)) {
    uint32_t capacity = module_call0(userauth, USERAUTH_CREDENTIALS_CAPACITY);
    if (length > capacity) module_fail(userauth, "the credentials are longer than their region");
    return module_view(userauth, module_call0(userauth, USERAUTH_CREDENTIALS_PTR), length);
  }
  // the region ends where the memory in use does; a length beyond it makes a pointer that `module_view` refuses
  return module_view(userauth, embedded_userauth.memory_length - length, length);
}

/** Copies bytes to the module's buffer. */
static void write_buffer(module_t *userauth, const uint8_t *bytes, uint32_t length) {
  module_view_t buffer = module_view(userauth, BUFFER_PTR, length);
  if (length > PAYLOAD_CAPACITY) module_fail(userauth, "a payload is longer than the userauth module's buffer");
  if (!userauth->failed && length > 0) memcpy(buffer.bytes, bytes, length);
}

void userauth_open(module_t *userauth, module_view_t session_id) {
  if (!userauth->exports[USERAUTH_RESET]) return;
  write_buffer(userauth, session_id.bytes, session_id.length);
  if (module_call1(userauth, USERAUTH_RESET, session_id.length) == 0)
    module_fail(userauth, "the userauth module refuses its credentials");
}

module_view_t userauth_receive(module_t *userauth, module_view_t request) {
  write_buffer(userauth, request.bytes, request.length);
  wipe(request.bytes, request.length); // a password may be in it
  uint32_t length = module_call1(userauth, USERAUTH_RECEIVE, request.length);
  return module_view(userauth, BUFFER_PTR, length);
}

userauth_status_t userauth_status(module_t *userauth) {
  uint32_t status = USERAUTH_NONE;
  if (!userauth->failed && engine_global(userauth->instance, "status", &status) != ENGINE_OK) {
    module_fail(userauth, "the userauth module has no status");
  }
  return userauth->failed ? USERAUTH_NONE : (userauth_status_t)status;
}

module_view_t userauth_entropy(module_t *userauth, uint32_t length) {
  return module_view(userauth, BUFFER_PTR, length);
}

void userauth_make_salt(module_t *userauth, uint32_t entropy_length) {
  module_call1(userauth, USERAUTH_MAKE_SALT, entropy_length);
}

module_view_t userauth_next_reply(module_t *userauth) {
  return module_view(userauth, BUFFER_PTR, module_call0(userauth, USERAUTH_NEXT_REPLY));
}

module_view_t userauth_decide(module_t *userauth, userauth_status_t verdict) {
  return module_view(userauth, BUFFER_PTR, module_call1(userauth, USERAUTH_DECIDE, verdict));
}

module_view_t userauth_field(module_t *userauth, userauth_field_t field) {
  uint32_t length = module_call1(userauth, USERAUTH_FIELD_LENGTH, field);
  return module_view(userauth, module_call1(userauth, USERAUTH_FIELD_PTR, field), length);
}

bool userauth_signature_verified(module_t *userauth) {
  return module_call0(userauth, USERAUTH_SIGNATURE_VERIFIED) != 0;
}

uint32_t userauth_achieved_methods(module_t *userauth) {
  return module_call0(userauth, USERAUTH_ACHIEVED_METHODS);
}

uint32_t userauth_record_offset(module_t *userauth) {
  return module_call0(userauth, USERAUTH_RECORD_OFFSET);
}

bool userauth_serves(platform_t *platform, const uint8_t *region, uint32_t length) {
  module_t userauth;
  userauth_instantiate(&userauth, platform);
  module_view_t place = userauth_credentials(&userauth, length);
  if (!userauth.failed) memcpy(place.bytes, region, length);
  bool serves = true;
  if (userauth_is_full(&userauth)) {
    serves = module_call0(&userauth, USERAUTH_CREDENTIALS_LENGTH) == length;
  } else if (userauth.exports[USERAUTH_RESET]) {
    serves = module_call1(&userauth, USERAUTH_RESET, 0) != 0;
  }
  serves = serves && !userauth.failed;
  module_release(&userauth);
  return serves;
}
