// What a user may do behind the login: administration, commands, channels. Whether somebody may is asked here, and
// nowhere else. host/node/userauth/permissions.ts answers the same.

#ifndef SESAME_PERMISSIONS_H
#define SESAME_PERMISSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERMISSIONS_CAPACITY 255

/** What is said of a user. Zeros: nothing; the user is not an administrator and may do all that is not administrative.
 */
typedef struct permissions {
  uint8_t length;
  /** As the credentials region has them (docs/abi.md, "Permissions"). */
  uint8_t bytes[PERMISSIONS_CAPACITY];
} permissions_t;

/** Everything: the one user of the small builds, and administrators. */
void permissions_set_admin(permissions_t *permissions);

/** Takes over what the credentials region says. What is too long says nothing. */
void permissions_set(permissions_t *permissions, const uint8_t *bytes, size_t length);

/** What somebody wants to do. */
typedef enum permission {
  PERMISSION_COMMAND,
  /** A command that changes the device. */
  PERMISSION_ADMINISTRATION,
  /** A channel of that type (RFC 4254), or a subsystem. */
  PERMISSION_CHANNEL,
} permission_t;

/** Whether the user may do it; `name` is the command's or the channel's. */
bool permissions_may(const permissions_t *permissions, permission_t what, const char *name);

#endif
