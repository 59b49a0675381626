// Sesame as a Linux program: the C host on TCP sockets, to try it and to test it under sanitizers. Start it with
// `npm run board:linux`.
//
//   sesame-linux [--host ADDRESS] [--port NUMBER] [--state FOLDER] [--serial DEVICE] [--idle-timeout SECONDS]
//
// SIGINT, SIGTERM and SIGHUP end it: clients are told first, unless a second signal comes.

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform_linux.h"
#include "server/device.h"
#include "sockets.h"

#define FAILURE 1
#define USAGE 2
/** Nothing that waits for time alone waits for less. */
#define IDLE_MS 200

#define LAST_PORT 65535
/** A month; what it makes in milliseconds has 32 bits. */
#define LONGEST_IDLE_S (31 * 86400)

static const char usage[] = "usage: sesame-linux [--host ADDRESS] [--port NUMBER] [--state FOLDER] [--serial DEVICE] "
                            "[--idle-timeout SECONDS]\n";

/** How many signals have asked for the end. */
static volatile sig_atomic_t stopping;

static void stop(int signal) {
  (void)signal;
  if (stopping < 2) stopping++;
}

/** What is opened later must not become the standard output or error because nothing is there. */
static bool hold_standard_streams(void) {
  int file;
  do file = open("/dev/null", O_RDWR);
  while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0) close(file);
  return file >= 0;
}

/** Signals are heard only while the loop waits, so that none is missed just before it does. */
static void take_signals(sigset_t *while_waiting) {
  static const int endings[] = {SIGINT, SIGTERM, SIGHUP};
  const struct sigaction action = {.sa_handler = stop}, ignore = {.sa_handler = SIG_IGN};
  sigset_t signals;
  sigemptyset(&signals);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    struct sigaction before;
    sigaction(endings[i], NULL, &before);
    if (endings[i] == SIGHUP && before.sa_handler == SIG_IGN) continue; // nohup
    sigaddset(&signals, endings[i]);
    sigaction(endings[i], &action, NULL);
  }
  sigprocmask(SIG_BLOCK, &signals, while_waiting);
  sigaction(SIGPIPE, &ignore, NULL); // a reader of the log that goes away ends nothing but the log
}

typedef struct options {
  const char *host, *port, *state, *serial;
  uint32_t idle_s;
} options_t;

/** A decimal number up to `last` and nothing else. */
static bool parse_number(const char *text, uint32_t last, uint32_t *number) {
  *number = 0;
  for (const char *digit = text; *digit; digit++) {
    if (*digit < '0' || *digit > '9') return false;
    *number = *number * 10 + (uint32_t)(*digit - '0');
    if (*number > last) return false;
  }
  return *text != 0;
}

static bool parse_options(int count, char **arguments, options_t *options) {
  static const struct option known[] = {
      {"host", required_argument, NULL, 'h'},         {"port", required_argument, NULL, 'p'},
      {"state", required_argument, NULL, 's'},        {"serial", required_argument, NULL, 't'},
      {"idle-timeout", required_argument, NULL, 'i'}, {NULL, 0, NULL, 0},
  };
  *options =
      (options_t){.host = "127.0.0.1", .port = "2222", .state = ".sesame/linux", .idle_s = CONNECTION_IDLE_MS / 1000};
  uint32_t port;
  for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
    switch (option) {
    case 'h': options->host = optarg; break;
    case 'p':
      if (!parse_number(optarg, LAST_PORT, &port)) {
        fprintf(stderr, "--port: a number from 0 to %d, not \"%s\"\n", LAST_PORT, optarg);
        return false;
      }
      options->port = optarg;
      break;
    case 's': options->state = optarg; break;
    case 't': options->serial = optarg; break;
    case 'i':
      if (parse_number(optarg, LONGEST_IDLE_S, &options->idle_s)) break;
      fprintf(stderr, "--idle-timeout: seconds up to %d, 0 for none, not \"%s\"\n", LONGEST_IDLE_S, optarg);
      return false;
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
  short serial_events = linux_serial_awaited(platform);
  if (serial_events) waiting[count++] = (struct pollfd){.fd = platform->serial, .events = serial_events};
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
  if (!hold_standard_streams()) return FAILURE;
  sigset_t while_waiting;
  take_signals(&while_waiting);
  linux_init(&platform, options.state, options.serial);
  if (!device_start(&device, &platform)) return FAILURE;
  device.idle_ms = options.idle_s * 1000;
  if (!start_listening(&sockets, &options)) return FAILURE;
  while (!stopping || (stopping < 2 && (device_is_serving(&device) || sockets_are_open(&sockets)))) {
    if (stopping && !device.ending) device_end(&device, CONNECTION_SHUTDOWN);
    bool progress = device_step(&device);
    wait_for_work(&device, &platform, &sockets, progress ? 0 : IDLE_MS, &while_waiting);
    platform_stream_t *stream = device_can_accept(&device) ? sockets_accept(&sockets) : NULL;
    if (stream) device_accept(&device, stream);
  }
  return 0;
}
