// What a connection says on the console: a line each when it is accepted, after each request for a login that was
// judged, and when it has ended. Of what the client has sent only the names of users are said, once they are known to
// be that.

#ifndef SESAME_CONNECTION_LOG_H
#define SESAME_CONNECTION_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "authentication.h"
#include "connection.h"

void connection_log_accepted(const connection_t *connection);
/** The status of the request that was judged; in the full build its method, and the user who has succeeded with it. */
void connection_log_userauth(authentication_t *authentication);
/** What has become of a new password. */
void connection_log_password(const authentication_t *authentication, bool stored);
/** `reason` is of RFC 4253 §11.1, given or received, 0 for none; `failure` is a module's, of CONNECTION_MODULE_ERROR.
 */
void connection_log_end(const connection_t *connection, connection_cause_t cause, uint32_t reason, const char *failure);

#endif
