// Sesame as a Linux program: the C host on TCP sockets, to try it and to test it under sanitizers. Start it with
// `npm run board:linux`.
//
//   sesame-linux [--host ADDRESS] [--port NUMBER] [--state FOLDER] [--serial DEVICE]

#define _GNU_SOURCE

#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "platform_linux.h"
#include "sockets.h"

#define FAILURE 1
#define USAGE 2
/** Nothing that waits for time alone waits for less. */
#define IDLE_MS 200

static const char usage[] = "usage: sesame-linux [--host ADDRESS] [--port NUMBER] [--state FOLDER] [--serial DEVICE]\n";

static volatile sig_atomic_t stopping;

static void stop(int signal) {
  (void)signal;
  stopping = 1;
}

typedef struct options {
  const char *host, *port, *state, *serial;
} options_t;

static bool parse_options(int count, char **arguments, options_t *options) {
  static const struct option known[] = {
      {"host", required_argument, NULL, 'h'},
      {"port", required_argument, NULL, 'p'},
      {"state", required_argument, NULL, 's'},
      {"serial", required_argument, NULL, 't'},
      {NULL, 0, NULL, 0},
  };
  *options = (options_t){.host = "127.0.0.1", .port = "2222", .state = ".sesame/linux"};
  for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
    switch (option) {
    case 'h': options->host = optarg; break;
    case 'p': options->port = optarg; break;
    case 's': options->state = optarg; break;
    case 't': options->serial = optarg; break;
    default: return false;
    }
  }
  return optind == count;
}

/** Says on standard output when clients can connect. False after saying why they cannot. */
static bool start_listening(sockets_t *sockets, const options_t *options) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  struct addrinfo *address;
  int error = getaddrinfo(options->host, options->port, &hints, &address);
  if (error != 0) {
    fprintf(stderr, "%s port %s: %s\n", options->host, options->port, gai_strerror(error));
    return false;
  }
  bool listening = sockets_listen(sockets, address->ai_addr, address->ai_addrlen);
  if (!listening) fprintf(stderr, "%s port %s: %s\n", options->host, options->port, strerror(errno));
  freeaddrinfo(address);
  if (!listening) return false;
  struct sockaddr_storage bound;
  socklen_t length = sizeof bound;
  char port[NI_MAXSERV] = "";
  getsockname(sockets->listener, (struct sockaddr *)&bound, &length);
  getnameinfo((struct sockaddr *)&bound, length, NULL, 0, port, sizeof port, NI_NUMERICSERV);
  printf(strchr(options->host, ':') ? "listening on [%s]:%s\n" : "listening on %s:%s\n", options->host, port);
  fflush(stdout);
  return true;
}

/** Waits until something can be done, or at most so long. */
static void wait_for_work(device_t *device, platform_t *platform, sockets_t *sockets, int timeout_ms,
                          const sigset_t *mask) {
  struct pollfd waiting[SOCKETS_AWAITED + 1];
  nfds_t count = sockets_awaited(sockets, device_can_accept(device), waiting, &timeout_ms);
  if (platform->serial >= 0) waiting[count++] = (struct pollfd){.fd = platform->serial, .events = POLLIN};
  const struct timespec timeout = {.tv_nsec = timeout_ms * 1000000L};
  ppoll(waiting, count, &timeout, mask);
}

int main(int count, char **arguments) {
  static platform_t platform;
  static device_t device;
  static sockets_t sockets;
  options_t options;
  if (!parse_options(count, arguments, &options)) {
    fputs(usage, stderr);
    return USAGE;
  }
  // signals are heard only while the loop waits, so that none is missed just before it does
  sigset_t signals, while_waiting;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, &while_waiting);
  const struct sigaction action = {.sa_handler = stop};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);

  linux_init(&platform, options.state, options.serial);
  if (!device_start(&device, &platform)) return FAILURE;
  if (!start_listening(&sockets, &options)) return FAILURE;
  while (!stopping) {
    bool progress = device_step(&device);
    wait_for_work(&device, &platform, &sockets, progress ? 0 : IDLE_MS, &while_waiting);
    platform_stream_t *stream = device_can_accept(&device) ? sockets_accept(&sockets) : NULL;
    if (stream) device_accept(&device, stream);
  }
  return 0;
}
