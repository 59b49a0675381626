// The Linux board's content of the types that platform.h leaves to boards; shared by platform_linux.c and main.c.

#ifndef SESAME_PLATFORM_LINUX_H
#define SESAME_PLATFORM_LINUX_H

#include <stdbool.h>
#include <stdint.h>

#include "platform.h"

/** Clients that are served, and those whose last bytes are on their way. */
#define LINUX_STREAMS 16

struct platform_stream {
  /** A socket; -1: the place is free. */
  int socket;
  /** The client has closed, or the connection is broken. */
  bool ended;
  /** The socket took less than it was given. */
  bool blocked;
  /** The connection has ended: what still arrives is dropped, until the client closes too or this time comes. */
  bool closing;
  uint64_t deadline_ms;
};

struct platform {
  /** Folder of the store. */
  const char *state_path;
  /** Null: there is no serial port. */
  const char *serial_path;
  /** -1 while it is not open. */
  int serial;
  platform_stream_t streams[LINUX_STREAMS];
};

void linux_init(platform_t *platform, const char *state_path, const char *serial_path);
/** Makes the accepted socket a stream; null when there are too many. */
platform_stream_t *linux_open_stream(platform_t *platform, int socket);
/** Drops what a closing stream still receives; frees it in the end. */
void linux_drain(platform_stream_t *stream);

#endif
