// What a connection says on the console: a line each when it is accepted, after each request for a login that was
// judged, and when it has ended. Of what the client has sent only the names of users are said, once they are known to
// be that.

#ifndef SESAME_CONNECTION_LOG_H
#define SESAME_CONNECTION_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "server/authentication.h"
#include "server/connection.h"

void connection_log_accepted(const connection_t *connection);
/** The status of the request that was judged. Of a success: method, user, address, and the fingerprint of the key of
 * which `key_hash` is the SHA-256, if it was one. In the full build the method of every request. */
void connection_log_userauth(connection_t *connection, module_view_t key_hash);
/** What has become of a new password. */
void connection_log_password(const authentication_t *authentication, bool stored);
/** A shell or a command could not be started. */
void connection_log_no_shell(struct device *device, uint32_t connection, const char *why);
/** `reason` is of RFC 4253 §11.1, given or received, 0 for none; `failure` is a module's, of CONNECTION_MODULE_ERROR.
 */
void connection_log_end(const connection_t *connection, connection_cause_t cause, uint32_t reason, const char *failure);

#endif
