// See authentication.h.

#include "server/authentication.h"

#include <string.h>

#include "modules/embedded.h"
#include "server/connection_log.h"
#include "server/device.h"
#include "store/credentials.h"
#include "wipe.h"

/** Raw noise for the salt of a new password: one bit of entropy in a byte is enough. */
#define SALT_ENTROPY_BYTES 128
#define SSH_MSG_USERAUTH_INFO_RESPONSE 61
#define KEY_BYTES 32
#define ENTROPY_FAILURE "the source of entropy does not pass its test"

static void make_salt(authentication_t *authentication) {
  module_t *userauth = &authentication->userauth;
  module_view_t entropy = userauth_entropy(userauth, SALT_ENTROPY_BYTES);
  if (userauth->failed) return;
  if (platform_entropy(authentication->device->platform, entropy.bytes, entropy.length) != PLATFORM_OK) {
    module_fail(userauth, ENTROPY_FAILURE);
    device_fail(authentication->device, ENTROPY_FAILURE);
  }
  userauth_make_salt(userauth, SALT_ENTROPY_BYTES);
}

bool authentication_open(authentication_t *authentication, struct device *device, uint32_t connection,
                         module_view_t session_id) {
  const store_t *store = &device->store;
  module_t *userauth = &authentication->userauth;
  *authentication = (authentication_t){.device = device, .connection = connection, .sequence = store->sequence};
  if (!userauth_instantiate(userauth, device->platform)) return false;
  module_view_t region = userauth_credentials(userauth, credentials_length(store));
  if (!userauth->failed && !credentials_read(store, region.bytes)) module_fail(userauth, "the store cannot be read");
  if (userauth_is_full(userauth)) make_salt(authentication);
  userauth_open(userauth, session_id);
  return !userauth->failed;
}

bool authentication_is_open(const authentication_t *authentication) {
  return authentication->userauth.instance != NULL;
}

bool authentication_is_current(const authentication_t *authentication) {
  return authentication->sequence == authentication->device->store.sequence;
}

bool authentication_is_waiting(const authentication_t *authentication) {
  return authentication->status == USERAUTH_PENDING || authentication->status == USERAUTH_CHANGE_PENDING;
}

/** The request was judged, or waits. */
static module_view_t conclude(authentication_t *authentication, module_view_t reply) {
  authentication->status = userauth_status(&authentication->userauth);
  authentication->may_have_more = userauth_is_full(&authentication->userauth);
  if (authentication->status == USERAUTH_SUCCESS && reply.length == 0)
    module_fail(&authentication->userauth, "the userauth module does not say SUCCESS");
  return reply;
}

void authentication_permissions(authentication_t *authentication, permissions_t *permissions) {
  module_t *userauth = &authentication->userauth;
  if (!userauth_is_full(userauth)) {
    permissions_set_admin(permissions);
  } else if (authentication->permissions.length > 0) {
    *permissions = authentication->permissions;
  } else {
    module_view_t said = userauth_field(userauth, USERAUTH_FIELD_PERMISSIONS);
    permissions_set(permissions, said.bytes, said.length);
  }
}

module_view_t authentication_receive(authentication_t *authentication, module_view_t payload) {
  authentication->permissions = (permissions_t){0};
  // in a conversation of keyboard-interactive the old password was verified before
  if (payload.bytes[0] != SSH_MSG_USERAUTH_INFO_RESPONSE)
    authentication->verified_sequence = authentication->device->store.sequence;
  return conclude(authentication, userauth_receive(&authentication->userauth, payload));
}

module_view_t authentication_next_reply(authentication_t *authentication) {
  if (!authentication->may_have_more) return MODULE_VIEW_EMPTY;
  authentication->may_have_more = false; // the banner and an answer
  return userauth_next_reply(&authentication->userauth);
}

// ---- what the log says of a login ----

static uint8_t PUBLICKEY[] = "publickey";
#define PUBLICKEY_BYTES (sizeof PUBLICKEY - 1)

static bool has_success(const authentication_t *authentication) {
  return authentication->status == USERAUTH_SUCCESS || authentication->status == USERAUTH_PARTIAL_SUCCESS;
}

/** The region of the small builds: one user, with a password or a key. */
static module_view_t small_region(authentication_t *authentication) {
  return userauth_credentials(&authentication->userauth, credentials_length(&authentication->device->store));
}

module_view_t authentication_user(authentication_t *authentication) {
  module_t *userauth = &authentication->userauth;
  if (!has_success(authentication)) return MODULE_VIEW_EMPTY;
  if (userauth_is_full(userauth)) return userauth_field(userauth, USERAUTH_FIELD_USER);
  module_view_t region = small_region(authentication);
  if (region.length <= USER_NAME_CAPACITY || region.bytes[0] > USER_NAME_CAPACITY) return MODULE_VIEW_EMPTY;
  return (module_view_t){region.bytes + 1, region.bytes[0]};
}

module_view_t authentication_method(authentication_t *authentication) {
  module_t *userauth = &authentication->userauth;
  if (userauth_is_full(userauth)) return userauth_field(userauth, USERAUTH_FIELD_METHOD);
  if (!has_success(authentication)) return MODULE_VIEW_EMPTY; // the method may have been any
  static uint8_t password[] = "password";
  bool has_password = embedded_userauth_build == USERAUTH_BUILD_PASSWORD;
  return has_password ? (module_view_t){password, sizeof password - 1} : (module_view_t){PUBLICKEY, PUBLICKEY_BYTES};
}

static bool is_publickey(authentication_t *authentication) {
  module_view_t method = authentication_method(authentication);
  return method.length == PUBLICKEY_BYTES && memcmp(method.bytes, PUBLICKEY, PUBLICKEY_BYTES) == 0;
}

/** The only key: ssh-ed25519 (RFC 8709 §4). */
static uint32_t small_key(authentication_t *authentication, uint8_t *blob, uint32_t capacity) {
  static const uint8_t head[] = "\0\0\0\013ssh-ed25519\0\0\0\040";
  const uint32_t head_bytes = sizeof head - 1;
  module_view_t region = small_region(authentication);
  if (region.length < SMALL_SECRET_OFFSET + KEY_BYTES || capacity < head_bytes + KEY_BYTES) return 0;
  memcpy(blob, head, head_bytes);
  memcpy(blob + head_bytes, region.bytes + SMALL_SECRET_OFFSET, KEY_BYTES);
  return head_bytes + KEY_BYTES;
}

uint32_t authentication_key(authentication_t *authentication, uint8_t *blob, uint32_t capacity) {
  module_t *userauth = &authentication->userauth;
  bool asks = authentication->status == USERAUTH_PENDING && userauth_signature_verified(userauth);
  if (!asks && !has_success(authentication)) return 0;
  if (!is_publickey(authentication)) return 0;
  if (!userauth_is_full(userauth)) return small_key(authentication, blob, capacity);
  module_view_t key = userauth_field(userauth, asks ? USERAUTH_FIELD_PUBLIC_KEY : USERAUTH_FIELD_KEY);
  if (key.length > capacity) return 0;
  if (key.length > 0) memcpy(blob, key.bytes, key.length);
  return key.length;
}

// ---- decisions ----

static userauth_status_t ask_application(authentication_t *authentication) {
  const device_t *device = authentication->device;
  module_t *userauth = &authentication->userauth;
  authentication->permissions = (permissions_t){0};
  authentication_request_t request = {
      .connection = authentication->connection,
      .user = userauth_field(userauth, USERAUTH_FIELD_USER),
      .method = userauth_field(userauth, USERAUTH_FIELD_METHOD),
      .achieved = userauth_achieved_methods(userauth),
      .password = userauth_field(userauth, USERAUTH_FIELD_PASSWORD),
      .new_password = userauth_field(userauth, USERAUTH_FIELD_NEW_PASSWORD),
      .algorithm = userauth_field(userauth, USERAUTH_FIELD_ALGORITHM),
      .public_key = userauth_field(userauth, USERAUTH_FIELD_PUBLIC_KEY),
      .signature_verified = userauth_signature_verified(userauth),
      .permissions = &authentication->permissions,
  };
  if (userauth->failed || !device->authenticate) return USERAUTH_FAILURE;
  // only keyboard-interactive has a new password alone: the module lets no empty one through
  request.old_password_verified = request.password.length == 0 && request.new_password.length != 0;
  return device->authenticate(device->authenticate_context, &request);
}

/** The other connections have the old record still. One whose credentials were replaced as a whole, and which has not
 * ended yet, is not told: it would count as current again. */
static void tell_others(const authentication_t *authentication, uint32_t offset, module_view_t record) {
  device_t *device = authentication->device;
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) {
    authentication_t *other = &device->connections[i].authentication;
    bool has_same = authentication_is_open(other) && other->sequence == authentication->sequence;
    if (other != authentication && has_same) authentication_replace_record(other, offset, record);
  }
}

/** The new password is stored, or is not the user's. */
static userauth_status_t store_change(authentication_t *authentication) {
  module_t *userauth = &authentication->userauth;
  store_t *store = &authentication->device->store;
  // another connection has changed a password meanwhile: what this one has verified may not be the user's any more
  if (authentication->verified_sequence != store->sequence) return USERAUTH_FAILURE;
  uint32_t offset = userauth_record_offset(userauth);
  module_view_t record = userauth_field(userauth, USERAUTH_FIELD_RECORD);
  if (userauth->failed) return USERAUTH_FAILURE;
  credentials_status_t stored = credentials_change(store, offset, record.bytes, record.length);
  connection_log_password(authentication, stored == CREDENTIALS_OK);
  if (stored != CREDENTIALS_OK) return USERAUTH_FAILURE;
  tell_others(authentication, offset, record);
  authentication->sequence = store->sequence;
  return USERAUTH_SUCCESS;
}

bool authentication_decide(authentication_t *authentication, module_view_t *reply) {
  bool is_change = authentication->status == USERAUTH_CHANGE_PENDING;
  userauth_status_t verdict = is_change ? store_change(authentication) : ask_application(authentication);
  if (verdict == USERAUTH_PENDING) return false;
  if (is_change) make_salt(authentication); // the new password has used up the one before
  *reply = conclude(authentication, userauth_decide(&authentication->userauth, verdict));
  return true;
}

void authentication_replace_record(authentication_t *authentication, uint32_t offset, module_view_t record) {
  uint32_t length = credentials_length(&authentication->device->store);
  module_view_t region = userauth_credentials(&authentication->userauth, length);
  if (region.length == 0) return;                             // the module has failed, and its connection ends
  memcpy(region.bytes + offset, record.bytes, record.length); // as much as credentials_change has put there
  authentication->sequence = authentication->device->store.sequence;
}

void authentication_end(authentication_t *authentication) {
  module_release(&authentication->userauth);
  wipe(authentication, sizeof *authentication);
}
