// What main.c needs of the board beyond platform.h.

#ifndef SESAME_PLATFORM_RP2040_H
#define SESAME_PLATFORM_RP2040_H

#include "platform.h"
#include "server/entropy.h"

struct platform_stream {
  /** Number of the USB client (usb.h) whose stream this is. */
  uint32_t client;
};

struct platform {
  entropy_t entropy;
  /** There is one SSH port, so there is one stream; `client` names the one that was served last. */
  platform_stream_t stream;
  bool restart_wanted;
  platform_restart_t restart;
  uint64_t restart_at_ms;
};

/** Starts LED, watchdog, console and USB, and logs why the board has restarted if it did so by itself. */
void platform_start(platform_t *platform);

/** The stream of a client that has come and was not served before; null when there is none. */
platform_stream_t *platform_next_stream(platform_t *platform);

/** To be called in every turn of the main loop: feeds the watchdog, moves the console's bytes, restarts if wanted. */
void platform_turn(platform_t *platform);

/** Sleeps until the next interrupt; not at all when one came since the last call. */
void platform_sleep(void);

#endif
