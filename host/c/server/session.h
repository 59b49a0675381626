// What an authenticated connection is to the application: the connection module's instance and the channels
// (RFC 4254), each with a shell of its own.
//
// Payloads numbered 80 to 127 come in from connection.c; the module's events go to the channels, and what the
// application has sent, taken or decided goes back through the module, one payload at a time.

#ifndef SESAME_SESSION_H
#define SESAME_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "applications/channel.h"
#include "applications/shell.h"
#include "modules/channels.h"
#include "server/permissions.h"

/** Channels at once, about 1.8 kB each, and what an instance of the shell module takes. The module has up to 8, and
 * numbers them from the lowest free one on; those beyond are closed as soon as they are open. */
#ifndef SESSION_CHANNELS
#define SESSION_CHANNELS 4
#endif

/** The longest name of a user (docs/abi.md). */
#define SESSION_USER_BYTES 63

struct device;

typedef struct session_slot {
  channel_t channel;
  /** A shell or command was accepted: the shell is there. */
  bool started;
  shell_t shell;
} session_slot_t;

/** The content is session.c's. */
typedef struct session {
  struct device *device;
  /** Numbers the device's connections from 1. */
  uint32_t connection;
  /** Who it is, in UTF-8, and what the user may do. */
  uint8_t user_length;
  uint8_t user[SESSION_USER_BYTES];
  permissions_t permissions;
  /** In platform_milliseconds. */
  uint64_t opened_ms;
  module_t channels;
  /** The module's event that is still to be handled, after its reply was sent; CONNECTION_EVENT_NONE: none. */
  connection_event_t event;
  /** Whose turn it is. */
  uint32_t next;
  session_slot_t slots[SESSION_CHANNELS];
} session_t;

/** What the connection has to do for the session after a call. */
typedef enum session_outcome {
  /** There was nothing to do. */
  SESSION_IDLE,
  /** The reply, if there is one, is to be sent. */
  SESSION_PROGRESS,
  /** The same, and it is application data. */
  SESSION_DATA,
  SESSION_UNIMPLEMENTED,
  SESSION_PROTOCOL_ERROR,
} session_outcome_t;

/** Makes the instance; connection, user and permissions have been filled in. False: `session_failure` says why. */
bool session_open(session_t *session, struct device *device, platform_t *platform);
/** Why a module of the session must not be called any more; null when all may. */
const char *session_failure(const session_t *session);
/** Takes a payload; the event follows in `session_step`. */
void session_receive(session_t *session, module_view_t payload, module_view_t *reply);
/** Handles the event, or else does one thing that the channels want, application data only when `ready`. */
session_outcome_t session_step(session_t *session, bool ready, module_view_t *reply);
/** The connection has ended: ends the shells and releases the instance. */
void session_end(session_t *session);

#endif
