// See connection.h. `connection_step` does one thing at a time, in the order of `advance`: what a module has left to be
// sent leaves before that module is called again, so that nothing need be copied however slow the client is.

#include "server/connection.h"

#include <string.h>

#include "modules/embedded.h"
#include "server/connection_end.h"
#include "server/connection_log.h"
#include "server/device.h"
#include "wipe.h"

#ifndef CONNECTION_REKEY_MS
#define CONNECTION_REKEY_MS 3600000
#endif
/** Raw noise for the transport module, as much as it takes: one bit of entropy in a byte is enough. */
#define ENTROPY_BYTES 512
/** A held reply has its length, one byte, before it. */
#define HELD_REPLY_BYTES 255

#define FIRST_USERAUTH_NUMBER 50
#define FIRST_CONNECTION_NUMBER 80
/** Those before it are about the connection as a whole, not about what runs in it. */
#define FIRST_CHANNEL_NUMBER 90
#define LAST_CONNECTION_NUMBER 127

static uint64_t now(const connection_t *connection) {
  return platform_milliseconds(connection->device->platform);
}

/** What the transport module is told before it opens: the host key, and what the userauth module verifies. */
static void write_setup(connection_t *connection) {
  module_t *transport = &connection->transport;
  module_view_t host_key = transport_host_key(transport);
  if (!transport->failed && store_read_host_key(&connection->device->store, host_key.bytes) != PLATFORM_OK)
    module_fail(transport, "the store cannot be read");
  size_t length = strlen(embedded_signature_algorithms);
  module_view_t algorithms = transport_signature_algorithms(transport);
  if (length >= algorithms.length) return; // the module has failed
  algorithms.bytes[0] = (uint8_t)length;
  memcpy(algorithms.bytes + 1, embedded_signature_algorithms, length);
}

void connection_open(connection_t *connection, struct device *device, platform_stream_t *stream, uint32_t number) {
  memset(connection, 0, sizeof *connection);
  connection->state = CONNECTION_OPEN;
  connection->device = device;
  connection->stream = stream;
  connection->number = number;
  connection->opened_cycles = platform_cycles(device->platform);
  limits_begin(&connection->limits, now(connection));
  connection_log_accepted(connection);

  module_t *transport = &connection->transport;
  transport_instantiate(transport, device->platform);
  write_setup(connection);
  module_view_t entropy = transport_input(transport);
  if (transport->failed) {
    connection_refuse(connection, CONNECTION_MODULE_ERROR);
    return;
  }
  if (entropy.length > ENTROPY_BYTES) entropy.length = ENTROPY_BYTES;
  if (platform_entropy(device->platform, entropy.bytes, entropy.length) != PLATFORM_OK) {
    connection_refuse(connection, CONNECTION_NO_ENTROPY);
    device_fail(device, "the source of entropy does not pass its test");
    return;
  }
  connection->output = transport_open(transport, entropy.length);
  if (connection->output.length == 0) module_fail(transport, "the transport module did not open");
  connection->input = transport_input(transport);
  if (transport->failed) connection_refuse(connection, CONNECTION_MODULE_ERROR);
}

/** Sends one payload. `buffer` is where the transport module wants it. */
static void transmit(connection_t *connection, module_view_t buffer, const uint8_t *payload, uint32_t length) {
  module_t *transport = &connection->transport;
  if (length > buffer.length) {
    module_fail(transport, "a reply is longer than the transport module takes");
    return;
  }
  memcpy(buffer.bytes, payload, length);
  connection->output = transport_send(transport, length);
  if (connection->output.length == 0) module_fail(transport, "the transport module did not send");
}

static void hold(connection_t *connection, module_view_t reply) {
  uint8_t *end = connection->held + connection->held_length;
  uint32_t room = CONNECTION_HELD_BYTES - connection->held_length;
  if (reply.length > HELD_REPLY_BYTES || reply.length >= room) {
    connection_disconnect(connection, CONNECTION_HELD_REPLIES);
    return;
  }
  *end = (uint8_t)reply.length;
  memcpy(end + 1, reply.bytes, reply.length);
  connection->held_length += (uint16_t)(1 + reply.length);
}

static void open_session(connection_t *connection) {
  device_t *device = connection->device;
  session_t *session = &connection->session;
  session->connection = connection->number;
  authentication_permissions(&connection->authentication, &session->permissions);
  module_view_t user = authentication_user(&connection->authentication);
  session->user_length = (uint8_t)(user.length < SESSION_USER_BYTES ? user.length : SESSION_USER_BYTES);
  if (user.length > 0) memcpy(session->user, user.bytes, session->user_length);
  if (connection->authentication.userauth.failed) return; // and the connection ends
  authentication_end(&connection->authentication);
  device->login_cycles = platform_cycles(device->platform) - connection->opened_cycles;
  connection->authenticated = session_open(session, device, device->platform);
  connection->rekey_ms = now(connection) + CONNECTION_REKEY_MS;
  connection->limits.active_ms = now(connection);
}

/** Sends the reply, or holds it until the key exchange has ended. SUCCESS is the last one of the userauth layer. */
static void send_reply(connection_t *connection) {
  authentication_t *authentication = &connection->authentication;
  module_view_t buffer = transport_send_buffer(&connection->transport);
  module_view_t reply = connection->reply;
  connection->reply = MODULE_VIEW_EMPTY;
  if (connection->transport.failed) return;
  if (connection->held_length == 0 && buffer.length > 0)
    transmit(connection, buffer, reply.bytes, reply.length);
  else
    hold(connection, reply);
  if (!authentication_is_open(authentication)) return;
  connection->reply = authentication_next_reply(authentication);
  if (connection->reply.length == 0 && authentication->status == USERAUTH_SUCCESS) open_session(connection);
}

/** Sends the oldest of the held replies, if the key exchange has ended. */
static bool send_held(connection_t *connection) {
  if (connection->held_length == 0) return false;
  module_view_t buffer = transport_send_buffer(&connection->transport);
  if (buffer.length == 0) return false;
  uint16_t length = connection->held[0];
  transmit(connection, buffer, connection->held + 1, length);
  connection->held_length -= (uint16_t)(1 + length);
  memmove(connection->held, connection->held + 1 + length, connection->held_length);
  return true;
}

/** SHA-256 of the key with which a user has just had success, for the log; empty when it was none. It stays until the
 * transport module is called again. */
static module_view_t hash_key(connection_t *connection) {
  module_view_t buffer = transport_send_buffer(&connection->transport);
  uint32_t length = authentication_key(&connection->authentication, buffer.bytes, buffer.length);
  return length > 0 ? transport_hash(&connection->transport, length) : MODULE_VIEW_EMPTY;
}

/** Acts upon what the userauth layer has said, after the replies. */
static void conclude(connection_t *connection, module_view_t key_hash) {
  authentication_t *authentication = &connection->authentication;
  if (authentication->userauth.failed || authentication_is_waiting(authentication)) return;
  connection_log_userauth(connection, key_hash);
  if (authentication->status == USERAUTH_PROTOCOL_ERROR) {
    connection_disconnect(connection, CONNECTION_PROTOCOL_ERROR);
  } else if (authentication->status == USERAUTH_TOO_MANY_ATTEMPTS) {
    connection_disconnect(connection, CONNECTION_TOO_MANY_ATTEMPTS);
  }
}

static void authenticate(connection_t *connection, module_view_t payload) {
  authentication_t *authentication = &connection->authentication;
  if (!authentication_is_open(authentication)) {
    module_view_t session_id = transport_session_id(&connection->transport);
    if (connection->transport.failed) return;
    if (!authentication_open(authentication, connection->device, connection->number, session_id)) return;
  }
  connection->reply = authentication_receive(authentication, payload);
  conclude(connection, hash_key(connection));
}

/** Goes on with a request that waits for a decision. False: there is none yet. */
static bool decide(connection_t *connection) {
  if (!platform_connected(connection->stream)) {
    connection_close(connection, CONNECTION_CLIENT_CLOSED);
    return true;
  }
  module_view_t key_hash = hash_key(connection); // the key is told only until the decision
  if (!authentication_decide(&connection->authentication, &connection->reply)) return false;
  conclude(connection, key_hash);
  return true;
}

static void route(connection_t *connection) {
  connection->has_payload = false;
  module_view_t payload = transport_payload(&connection->transport);
  if (connection->transport.failed) return;
  uint8_t number = payload.bytes[0];
  if (number < FIRST_USERAUTH_NUMBER || number > LAST_CONNECTION_NUMBER) {
    module_fail(&connection->transport, "the transport module let another layer's payload through");
  } else if (number < FIRST_CONNECTION_NUMBER && connection->authenticated) {
    wipe(payload.bytes, payload.length); // ignored (RFC 4252 §5.1), and a password may be in it
  } else if (number < FIRST_CONNECTION_NUMBER) {
    authenticate(connection, payload);
  } else if (connection->authenticated) {
    if (number >= FIRST_CHANNEL_NUMBER) connection->limits.active_ms = now(connection);
    session_receive(&connection->session, payload, &connection->reply);
  } else {
    connection_disconnect(connection, CONNECTION_EARLY_CONNECTION_MESSAGE);
  }
}

/** Gives the transport module what has arrived, as much as it wants. False: nothing has. */
static bool receive(connection_t *connection) {
  module_t *transport = &connection->transport;
  bool connected = platform_connected(connection->stream); // before the last bytes are taken, not after
  size_t length = platform_receive(connection->stream, connection->input.bytes, connection->input.length);
  if (length == 0) {
    if (!connected) connection_close(connection, CONNECTION_CLIENT_CLOSED);
    return !connected;
  }
  limits_hear(&connection->limits, now(connection));
  transport_event_t event = transport_receive(transport, (uint32_t)length);
  connection->output = transport_output(transport);
  connection->input = transport_input(transport);
  if (transport->failed) return true;
  switch (event) {
  case TRANSPORT_EVENT_CONTINUE:
    if (connection->input.length == 0) module_fail(transport, "the transport module takes no input");
    break;
  case TRANSPORT_EVENT_PAYLOAD: connection->has_payload = true; break;
  case TRANSPORT_EVENT_CLOSED:
    connection_finish(connection, CONNECTION_CLIENT_DISCONNECT, transport_disconnect_reason(transport));
    break;
  case TRANSPORT_EVENT_ERROR: connection_end_for(connection, transport_disconnect_reason(transport)); break;
  default: module_fail(transport, "the transport module returned an unknown event");
  }
  return true;
}

static bool step_session(connection_t *connection) {
  session_t *session = &connection->session;
  bool ready = connection->held_length == 0 && transport_send_buffer(&connection->transport).length > 0;
  session_outcome_t outcome = session_step(session, ready, &connection->reply);
  switch (outcome) {
  case SESSION_IDLE: return false;
  case SESSION_PROGRESS: return true;
  case SESSION_DATA:
    connection->client_next = true;
    connection->limits.active_ms = now(connection);
    return true;
  case SESSION_UNIMPLEMENTED: connection->output = transport_unimplemented(&connection->transport); return true;
  case SESSION_PROTOCOL_ERROR: connection_disconnect(connection, CONNECTION_PROTOCOL_ERROR); return true;
  }
  return false;
}

/** Whether the client has used up its time; `*cause` says what for. */
static bool time_is_up(connection_t *connection, connection_cause_t *cause) {
  const limits_t *limits = &connection->limits;
  const device_t *device = connection->device;
  uint64_t time = now(connection);
  if (connection->authenticated)
    return limits_session_is_over(limits, time, device->idle_ms, device->keepalive_ms, cause);
  if (!limits_login_is_over(limits, time, connection->keys_in_use, cause)) return false;
  connection->keys_in_use = transport_session_id(&connection->transport).length > 0;
  return limits_login_is_over(limits, time, connection->keys_in_use, cause);
}

/** What nobody has asked for, but time: a key exchange, or the question whether the client is there. */
static bool step_clock(connection_t *connection) {
  if (now(connection) >= connection->rekey_ms) {
    connection->rekey_ms = now(connection) + CONNECTION_REKEY_MS;
    connection->output = transport_rekey(&connection->transport);
    return true;
  }
  if (!limits_keepalive_is_due(&connection->limits, now(connection), connection->device->keepalive_ms)) return false;
  connection->reply = channels_keepalive(&connection->session.channels);
  return true;
}

/** The next thing; each has to wait for those above it. */
static bool advance(connection_t *connection) {
  connection_cause_t cause;
  if (time_is_up(connection, &cause)) return connection_end(connection, cause), true;
  if (connection->output.length > 0) return connection_send_output(connection);
  if (connection->reply.length > 0) return send_reply(connection), true;
  if (connection->disconnecting) return connection_end(connection, connection->cause), true;
  if (send_held(connection)) return true;
  if (authentication_is_open(&connection->authentication)) {
    if (!authentication_is_current(&connection->authentication)) {
      connection_disconnect(connection, CONNECTION_CREDENTIALS_REPLACED);
      return true;
    }
    if (authentication_is_waiting(&connection->authentication)) return decide(connection);
  }
  if (connection->has_payload) return route(connection), true;
  if (!connection->authenticated) return receive(connection);
  if (connection->session.event != CONNECTION_EVENT_NONE) return step_session(connection);
  if (step_clock(connection)) return true;
  // an application that writes without end must not keep its user from interrupting it
  if (connection->client_next) {
    connection->client_next = false;
    if (receive(connection)) return true;
  }
  return step_session(connection) || receive(connection);
}

bool connection_step(connection_t *connection) {
  bool progress = false;
  switch (connection->state) {
  case CONNECTION_FREE: return false;
  case CONNECTION_OPEN: progress = advance(connection); break;
  case CONNECTION_ENDING: progress = connection_linger(connection); break;
  }
  if (connection->state == CONNECTION_FREE || !connection_failure(connection)) return progress;
  connection_fail(connection);
  return true;
}
