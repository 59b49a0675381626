// The bridge between a session and the serial port: every byte both ways, as it is. A person at a terminal leaves with
// Ctrl-] (the tilde escapes are ssh's own), a program by ending its input.

#ifndef SESAME_BRIDGE_H
#define SESAME_BRIDGE_H

#include <stdbool.h>

#include "applications/channel.h"
#include "platform.h"

typedef enum bridge_event {
  /** There was nothing to carry. */
  BRIDGE_IDLE,
  BRIDGE_CARRIED,
  /** Ctrl-]. */
  BRIDGE_LEFT,
  /** The input has ended, the port has taken all of it, and nothing comes from there now. */
  BRIDGE_ENDED,
  /** The port has gone. */
  BRIDGE_GONE,
} bridge_event_t;

/** Carries what can be carried now. What the port does not take stays in the channel, or is dropped by Ctrl-]. */
bridge_event_t bridge_step(channel_t *channel, platform_t *platform);

#endif
