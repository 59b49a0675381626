// The Linux board's content of `platform_t`; shared by platform_linux.c and main.c. The streams are of
// boards/common/sockets.

#ifndef SESAME_PLATFORM_LINUX_H
#define SESAME_PLATFORM_LINUX_H

#include "platform.h"

struct platform {
  /** Folder of the store. */
  const char *state_path;
  /** Null: there is no serial port. */
  const char *serial_path;
  /** -1 while it is not open. */
  int serial;
  /** The port had nothing, or took less than it was given, when it was asked last; what the bridge does not ask for is
   * not waited for either: it has arrived, and the loop would spin. */
  bool serial_empty, serial_blocked;
  /** The device behind the port was unplugged, or has hung up. */
  bool serial_gone;
};

/** What the loop waits for at the serial port (poll); 0: nothing. */
short linux_serial_awaited(const platform_t *platform);

void linux_init(platform_t *platform, const char *state_path, const char *serial_path);

#endif
