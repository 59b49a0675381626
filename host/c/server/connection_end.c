// See connection_end.h.

#include "server/connection_end.h"

#include <string.h>

#include "server/connection_log.h"
#include "server/device.h"
#include "wipe.h"

/** How long a client may take to receive the last bytes. */
#define LINGER_MS 2000
/** Of a transport error: the reason that the client is given. */
#define REASON_MASK 0xff

const char *connection_failure(const connection_t *connection) {
  if (connection->transport.failed) return connection->transport.failed;
  if (connection->authentication.userauth.failed) return connection->authentication.userauth.failed;
  return session_failure(&connection->session);
}

/** Lets go of all that the connection holds; nothing of it stays in memory. */
static void let_go(connection_t *connection) {
  session_end(&connection->session);
  authentication_end(&connection->authentication);
  module_release(&connection->transport);
  platform_close(connection->stream);
  wipe(connection, sizeof *connection);
}

void connection_close(connection_t *connection, connection_cause_t cause) {
  if (connection->state == CONNECTION_OPEN) connection_log_end(connection, cause, 0, connection_failure(connection));
  let_go(connection);
}

void connection_refuse(connection_t *connection, connection_cause_t cause) {
  const char *description = ending_description(cause);
  platform_send(connection->stream, (const uint8_t *)description, strlen(description));
  platform_send(connection->stream, (const uint8_t *)"\r\n", 2);
  connection_close(connection, cause);
}

void connection_finish(connection_t *connection, connection_cause_t cause, uint32_t reason) {
  connection_log_end(connection, cause, reason, connection_failure(connection));
  connection->reply = MODULE_VIEW_EMPTY; // in the memory of a module that goes now
  session_end(&connection->session);
  authentication_end(&connection->authentication);
  connection->state = CONNECTION_ENDING;
  connection->deadline_ms = platform_milliseconds(connection->device->platform) + LINGER_MS;
}

static void end_saying(connection_t *connection, connection_cause_t cause, uint32_t reason, const char *description) {
  if (connection->state != CONNECTION_OPEN) return;
  connection->disconnect_reason = reason;
  connection->description = description;
  connection_finish(connection, cause, reason);
}

void connection_end(connection_t *connection, connection_cause_t cause) {
  end_saying(connection, cause, ending_reason(cause), ending_description(cause));
}

void connection_end_for(connection_t *connection, transport_error_t error) {
  end_saying(connection, CONNECTION_PROTOCOL_ERROR, error & REASON_MASK, ending_transport_description(error));
}

void connection_disconnect(connection_t *connection, connection_cause_t cause) {
  connection->disconnecting = true;
  connection->cause = cause;
}

void connection_fail(connection_t *connection) {
  if (connection->state == CONNECTION_OPEN && !connection->transport.failed)
    connection_end(connection, CONNECTION_MODULE_ERROR);
  else
    connection_close(connection, CONNECTION_MODULE_ERROR);
}

bool connection_send_output(connection_t *connection) {
  module_view_t *output = &connection->output;
  bool connected = platform_connected(connection->stream);
  size_t taken = platform_send(connection->stream, output->bytes, output->length);
  output->bytes += taken;
  output->length -= (uint32_t)taken;
  if (taken > 0) return true;
  if (!connected) connection_close(connection, CONNECTION_CLIENT_CLOSED);
  return !connected;
}

bool connection_linger(connection_t *connection) {
  bool in_time = platform_milliseconds(connection->device->platform) < connection->deadline_ms;
  if (in_time && connection->output.length > 0) return connection_send_output(connection);
  if (in_time && connection->description) {
    connection->output =
        transport_disconnect(&connection->transport, connection->disconnect_reason, connection->description);
    connection->description = NULL;
  } else {
    let_go(connection);
  }
  return true;
}

bool connection_can_yield(const connection_t *connection) {
  bool nobody_is_in = connection->state == CONNECTION_OPEN && !connection->authenticated;
  return nobody_is_in || connection->state == CONNECTION_ENDING;
}

void connection_yield(connection_t *connection) {
  connection_end(connection, CONNECTION_GAVE_WAY);
  while (connection->state == CONNECTION_ENDING && !connection->transport.failed && connection_linger(connection))
    continue;
  if (connection->state == CONNECTION_ENDING) let_go(connection);
}
