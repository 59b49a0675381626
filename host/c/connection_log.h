// What a connection says on the console: a line each when it is accepted, after each request for a login that was
// judged, and when it has ended. Nothing of it comes from the client.

#ifndef SESAME_CONNECTION_LOG_H
#define SESAME_CONNECTION_LOG_H

#include <stdint.h>

#include "connection.h"

void connection_log_accepted(const connection_t *connection);
/** `status` is a userauth_status_t, or what a module says in its place. */
void connection_log_userauth(const connection_t *connection, uint32_t status);
/** `reason` is of RFC 4253 §11.1, given or received, 0 for none; `failure` is a module's, of CONNECTION_MODULE_ERROR.
 */
void connection_log_end(const connection_t *connection, connection_cause_t cause, uint32_t reason, const char *failure);

#endif
