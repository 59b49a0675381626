// The device: what there is once, whatever number of clients come. A board's main function starts it, gives it streams,
// and steps.
//
//   device_start(&device, &platform);                  // the host key is loaded or made
//   for (;;) {
//     if (a client has come) device_accept(&device, stream);
//     device_step(&device);                            // never blocks for long: the board feeds its watchdog here
//   }

#ifndef SESAME_DEVICE_H
#define SESAME_DEVICE_H

#include <stdbool.h>

#include "applications/command.h"
#include "platform.h"
#include "server/connection.h"
#include "server/log_ring.h"
#include "store/store.h"

/** Clients at once. */
#ifndef DEVICE_CONNECTIONS
#define DEVICE_CONNECTIONS 1
#endif

/** How many of the places the clients of one address may hold without a login while others want them. */
#ifndef DEVICE_ADDRESS_CONNECTIONS
#define DEVICE_ADDRESS_CONNECTIONS ((DEVICE_CONNECTIONS + 1) / 2)
#endif

typedef struct device {
  platform_t *platform;
  store_t store;
  connection_t connections[DEVICE_CONNECTIONS];
  /** How many there have been. */
  uint32_t connection_count;
  /** In platform_milliseconds. */
  uint64_t started_ms;
  /** Limits of a session (time_limits.h), 0 for none. A board's main function may set both after `device_start`. */
  uint32_t idle_ms, keepalive_ms;
  /** Commands beside our own; null: none. A board's main function may set it after `device_start`. */
  const command_table_t *commands;
  /** The last lines of the log. */
  log_ring_t log;
  bool led;
  /** In platform_cycles: what the last login took from the opening of its connection to SUCCESS; 0: there was none. */
  uint64_t login_cycles;
  /** A session is bridged to the serial port. */
  bool bridged;
  /** Decides about requests where the credentials leave it to the host; null: they fail. A board's main function may
   * set both after `device_start`. */
  authentication_decide_t *authenticate;
  void *authenticate_context;
  /** No connection is accepted: the entropy or the store failed. The console has said why; the LED blinks. */
  bool fault;
  /** `device_end` was called. */
  bool ending;
  /** In platform_milliseconds: when clients are told that the device restarts; 0: it does not. */
  uint64_t notice_ms;
} device_t;

/** Opens the store; makes the host key at the first start. False: a fault, see there.
 */
bool device_start(device_t *device, platform_t *platform);

/** Writes a line to the console, and keeps it for a while. */
void device_log(device_t *device, const log_line_t *line);

/** The device accepts nobody from now on: says why on the console, and the LED shows it. */
void device_fail(device_t *device, const char *why);

/** Whether a client can be accepted now: there is a place for it, or somebody who has not logged in and gives way. */
bool device_can_accept(const device_t *device);

/** Serves the client; the stream is closed when its connection has ended. */
void device_accept(device_t *device, platform_stream_t *stream);

/** Nobody is accepted any more, and every client is told why its connection ends: CONNECTION_SHUTDOWN or
 * CONNECTION_RESTART. */
void device_end(device_t *device, connection_cause_t cause);
/** Whether there are clients still. */
bool device_is_serving(const device_t *device);

/** Advances every connection by what can be done now; returns whether anything was, so that a board can sleep when not.
 */
bool device_step(device_t *device);

#endif
