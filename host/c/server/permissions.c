// See permissions.h.

#include "server/permissions.h"

#include <string.h>

// The first byte of what is said: flags.
#define ADMINISTRATES 1
#define COMMANDS_LISTED 2
#define CHANNELS_LISTED 4
// The first byte of a name: which list it belongs to, and its length.
#define IS_CHANNEL 0x80
#define LENGTH_MASK 0x7f

void permissions_set_admin(permissions_t *permissions) {
  *permissions = (permissions_t){.length = 1, .bytes = {ADMINISTRATES}};
}

void permissions_set(permissions_t *permissions, const uint8_t *bytes, size_t length) {
  *permissions = (permissions_t){0};
  if (length == 0 || length > PERMISSIONS_CAPACITY) return;
  permissions->length = (uint8_t)length;
  memcpy(permissions->bytes, bytes, length);
}

/** Whether the list has the name. What is cut off is not in it. */
static bool is_listed(const permissions_t *permissions, uint8_t list, const char *name) {
  size_t length = strlen(name);
  const uint8_t *at = permissions->bytes + 1, *end = permissions->bytes + permissions->length;
  while (at < end) {
    size_t present = *at & LENGTH_MASK;
    if (present > (size_t)(end - at - 1)) return false;
    if ((*at & IS_CHANNEL) == list && present == length && memcmp(at + 1, name, length) == 0) return true;
    at += 1 + present;
  }
  return false;
}

bool permissions_may(const permissions_t *permissions, permission_t what, const char *name) {
  uint8_t flags = permissions->length > 0 ? permissions->bytes[0] : 0;
  if (what == PERMISSION_CHANNEL) return !(flags & CHANNELS_LISTED) || is_listed(permissions, IS_CHANNEL, name);
  if (flags & ADMINISTRATES) return true;
  return flags & COMMANDS_LISTED ? is_listed(permissions, 0, name) : what == PERMISSION_COMMAND;
}
