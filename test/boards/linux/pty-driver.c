// A serial device that a test can unplug: a pseudo-terminal whose name is printed, and whose other side is this
// program. What comes on standard input goes out of the port, what the port is sent goes to standard output; at the end
// of the input it is unplugged.

#define _GNU_SOURCE

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/** Carries what there is; false at the end. */
static bool carry(int from, int to) {
  char bytes[4096];
  ssize_t length = read(from, bytes, sizeof bytes);
  return length > 0 && write(to, bytes, (size_t)length) == length;
}

int main(void) {
  int port = posix_openpt(O_RDWR | O_NOCTTY);
  if (port < 0 || grantpt(port) != 0 || unlockpt(port) != 0) return 1;
  int held = open(ptsname(port), O_RDWR | O_NOCTTY); // without anybody at the far side it would count as unplugged
  printf("port %s\n", ptsname(port));
  fflush(stdout);
  for (;;) {
    struct pollfd waiting[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = port, .events = POLLIN}};
    if (held < 0 || poll(waiting, 2, -1) < 0) return 1;
    if (waiting[0].revents && !carry(STDIN_FILENO, port)) return 0;
    if (waiting[1].revents && !carry(port, STDOUT_FILENO)) return 1;
  }
}
