// The userauth layer of one connection (RFC 4252): its module, the application that decides where the credentials say
// so, and the store that keeps a new password.
//
// In: payloads of the client. Out: one reply after the other, and in the end USERAUTH_SUCCESS. What takes long is one
// call of the module, or one of the application's.

#ifndef SESAME_AUTHENTICATION_H
#define SESAME_AUTHENTICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/userauth.h"
#include "server/permissions.h"

struct device;

/** What the application decides about (docs/abi.md, "The host decides"). Bytes are the client's, in the module's
 * memory, and stay until the application returns. */
typedef struct authentication_request {
  /** Numbers the device's connections from 1. */
  uint32_t connection;
  /** 1 to 63 bytes of UTF-8 without NUL. */
  module_view_t user;
  /** "publickey", "password" or "keyboard-interactive". */
  module_view_t method;
  /** What this user has achieved on this connection before, a set of methods (docs/abi.md); the module forgets it when
   * another user or service is named, and then it is 0 again. */
  uint32_t achieved;
  /** Secret: 1 to 127 bytes of UTF-8 without NUL; none where `old_password_verified`. */
  module_view_t password;
  /** The answer to USERAUTH_CHANGE_REQUIRED by keyboard-interactive: in this conversation the old password was found
   * right. */
  bool old_password_verified;
  /** Secret, the same. Not empty: to be stored in the old one's place before the verdict is USERAUTH_SUCCESS. */
  module_view_t new_password;
  /** Of a publickey request: "rsa-sha2-512", for example; and the key blob of RFC 4253 §6.6. */
  module_view_t algorithm, public_key;
  /** The client has signed with the key. False for a query: USERAUTH_SUCCESS says that the key may be used. */
  bool signature_verified;
  /** What the user may do, if the verdict is the one that lets in: to be set with permissions_set_admin or
   * permissions_set. Zeros at first; left alone, users of the credentials' table have what that says. */
  permissions_t *permissions;
} authentication_request_t;

/** Returns USERAUTH_SUCCESS, USERAUTH_PARTIAL_SUCCESS, USERAUTH_CHANGE_REQUIRED, USERAUTH_FAILURE,
 * USERAUTH_INVALID_USER, USERAUTH_INVALID_PASSWORD or USERAUTH_INVALID_PUBLICKEY; or USERAUTH_PENDING to be asked
 * again, when others have had their turn. Anything else is a failure. */
typedef userauth_status_t authentication_decide_t(void *context, const authentication_request_t *request);

/** The content is authentication.c's. */
typedef struct authentication {
  struct device *device;
  uint32_t connection;
  module_t userauth;
  /** Why the last request was answered as it was. While USERAUTH_PENDING or USERAUTH_CHANGE_PENDING it was not yet. */
  userauth_status_t status;
  /** What the application has said with its last verdict. */
  permissions_t permissions;
  /** Replies that the module has left, as far as is known. */
  bool may_have_more;
  /** The store's number of the record whose credentials the module has, and of the one against which the client's old
   * password is verified. */
  uint32_t sequence, verified_sequence;
} authentication_t;

/** Makes the module's instance with the credentials in force. False: `userauth.failed` says why. */
bool authentication_open(authentication_t *authentication, struct device *device, uint32_t connection,
                         module_view_t session_id);
/** Whether there is an instance. */
bool authentication_is_open(const authentication_t *authentication);
/** Whether the credentials that it was opened with are in force still. */
bool authentication_is_current(const authentication_t *authentication);
/** Judges a payload, which is wiped; returns the first reply, if there is one. */
module_view_t authentication_receive(authentication_t *authentication, module_view_t payload);
/** Whether a request waits: the client's next payload has to, too. */
bool authentication_is_waiting(const authentication_t *authentication);
/** Asks whoever is waited for. False: there is no answer yet; else there may be a reply. */
bool authentication_decide(authentication_t *authentication, module_view_t *reply);
/** The next reply to the same request, when the one before has left; empty: there is none. */
module_view_t authentication_next_reply(authentication_t *authentication);
/** Who has just had success with a method; empty for nobody. */
module_view_t authentication_user(authentication_t *authentication);
/** By which method: its name; empty where that is not known. */
module_view_t authentication_method(authentication_t *authentication);
/** Writes the key blob with which a user has just had success, or will have if the application says so, and returns its
 * length; 0 when it is no key, or longer than `capacity`. */
uint32_t authentication_key(authentication_t *authentication, uint8_t *blob, uint32_t capacity);
/** After USERAUTH_SUCCESS: what the user may do. */
void authentication_permissions(authentication_t *authentication, permissions_t *permissions);
/** A password has changed by another connection: `record` at `offset` of the region. */
void authentication_replace_record(authentication_t *authentication, uint32_t offset, module_view_t record);
/** Wipes and releases everything. */
void authentication_end(authentication_t *authentication);

#endif
