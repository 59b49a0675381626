// One client's connection: carries bytes between its stream, the transport module, the userauth layer and the session.
//
// Bytes of the stream go into the transport module; the payloads that come out are told apart by their first byte
// alone: 50-79 go to the userauth layer (authentication.h), which is gone after SUCCESS, 80-127 to the session
// (session.h), which does not exist before. Replies go back through the transport module. An error in a module, or in
// here, ends this connection and nothing else.

#ifndef SESAME_CONNECTION_H
#define SESAME_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/transport.h"
#include "platform.h"
#include "server/authentication.h"
#include "server/ending.h"
#include "server/session.h"
#include "server/time_limits.h"

/** Replies that wait for the end of a key exchange, a byte for the length before each; more is an attack. */
#define CONNECTION_HELD_BYTES 512

struct device;

typedef enum connection_state {
  /** There is no client. */
  CONNECTION_FREE = 0,
  CONNECTION_OPEN,
  /** The last bytes are being sent. */
  CONNECTION_ENDING,
} connection_state_t;

/** The content is connection.c's. */
typedef struct connection {
  connection_state_t state;
  struct device *device;
  platform_stream_t *stream;
  /** Numbers the device's connections from 1, for the log. */
  uint32_t number;

  module_t transport;
  authentication_t authentication;
  session_t session;
  bool authenticated;
  /** In platform_cycles. */
  uint64_t opened_cycles;

  /** Where the next bytes of the stream belong, and how many at most, in the transport module's memory. */
  module_view_t input;
  /** What the transport module left to be sent, in its memory: nothing calls it before that has gone. */
  module_view_t output;
  /** A payload of the userauth or connection module that is to be sent, in that module's memory. */
  module_view_t reply;
  /** A payload of the client waits in the transport module. */
  bool has_payload;
  /** Application data was sent last: the client has its turn. */
  bool client_next;

  limits_t limits;
  /** As far as `limits` has wanted to know. */
  bool keys_in_use;
  /** In platform_milliseconds: the next key exchange. */
  uint64_t rekey_ms;

  /** It ends when the reply has left, and why. */
  bool disconnecting;
  connection_cause_t cause;
  /** While CONNECTION_ENDING: what SSH_MSG_DISCONNECT is still to say, null for nothing; and when nobody waits for the
   * client any more. */
  uint32_t disconnect_reason;
  const char *description;
  uint64_t deadline_ms;

  uint16_t held_length;
  uint8_t held[CONNECTION_HELD_BYTES];
} connection_t;

/** Takes the stream over and starts the connection. */
void connection_open(connection_t *connection, struct device *device, platform_stream_t *stream, uint32_t number);

/** Whether it could give way to another client: nobody is logged in, or it is ending. */
bool connection_can_yield(const connection_t *connection);
/** Ends it: the client is told why, as soon as it takes what was sent before. */
void connection_end(connection_t *connection, connection_cause_t cause);
/** Ends it at once: the client is told if it takes that now. The place is free afterwards. */
void connection_yield(connection_t *connection);

/** Does the next thing there is to do, at most one call of a module's `receive` among it; false when there is none now.
 */
bool connection_step(connection_t *connection);

#endif
