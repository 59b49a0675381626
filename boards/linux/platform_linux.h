// The Linux board's content of `platform_t`; shared by platform_linux.c and main.c. The streams are of boards/sockets.

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
};

void linux_init(platform_t *platform, const char *state_path, const char *serial_path);

#endif
