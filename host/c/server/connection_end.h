// How a connection comes to its end: without a word when the client has gone or cannot be told, and else with
// SSH_MSG_DISCONNECT, which says why (ending.h).

#ifndef SESAME_CONNECTION_END_H
#define SESAME_CONNECTION_END_H

#include "server/connection.h"

/** Why a module of the connection must not be called any more; null when all may. */
const char *connection_failure(const connection_t *connection);

/** Closes the stream at once, without a word. */
void connection_close(connection_t *connection, connection_cause_t cause);
/** The same before the transport module has opened. Lines of text may come before the identification string (RFC 4253
 * §4.2), and are all that can be said then. */
void connection_refuse(connection_t *connection, connection_cause_t cause);
/** Closes after the output was sent. `reason` is that of SSH_MSG_DISCONNECT, of the client's or of ours. */
void connection_finish(connection_t *connection, connection_cause_t cause, uint32_t reason);
/** Ends with SSH_MSG_DISCONNECT, because the transport module cannot go on. */
void connection_end_for(connection_t *connection, transport_error_t error);
/** Ends with SSH_MSG_DISCONNECT after the reply that waits. */
void connection_disconnect(connection_t *connection, connection_cause_t cause);
/** A module has failed. The client is told, unless it is the module that would have to do it. */
void connection_fail(connection_t *connection);

/** While CONNECTION_ENDING: sends what is left, until the client does not take it any more. */
bool connection_linger(connection_t *connection);

/** Sends some of the output; whether anything was done. */
bool connection_send_output(connection_t *connection);

#endif
