// What main.c needs of the machine beyond platform.h.

#ifndef SESAME_PLATFORM_QEMU_H
#define SESAME_PLATFORM_QEMU_H

#include <stdbool.h>

#include "platform.h"

/** The machine has one serial port, and so one stream. */
struct platform_stream {
  /** The connection is over. */
  bool closed;
};

struct platform {
  /** Where entropy is read from. */
  const char *entropy_file;
  /** Every call into a module is logged with the instructions that it took. */
  bool counting;
  /** When the call began. */
  uint64_t computing_since;
  platform_stream_t stream;
};

/** Paints the unused stack and starts the serial port; to be called first of all in main. */
void platform_start(platform_t *platform);

/** Sleeps until something arrives, a second at most. */
void platform_sleep(void);

#endif
