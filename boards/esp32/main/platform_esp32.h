// What main.c needs of the board beyond platform.h. The streams are of boards/common/sockets.

#ifndef SESAME_PLATFORM_ESP32_H
#define SESAME_PLATFORM_ESP32_H

#include <stdbool.h>

#include "nvs.h"
#include "platform.h"
#include "server/entropy.h"

struct platform {
  entropy_t entropy;
  /** Of the last word of noise, the bits that are not yet taken. */
  uint32_t noise;
  unsigned noise_bits;
  /** The radio is on: there is noise. */
  bool radio;
  nvs_handle_t store;
  bool store_open;
  bool restart_wanted;
  uint64_t restart_at_ms;
};

/** Starts watchdog, LED and store, and logs why the board has restarted if it did so by itself. */
void platform_start(platform_t *platform);

/** To be called in every turn of the main loop: feeds the watchdog, restarts if wanted. */
void platform_turn(platform_t *platform);

#endif
