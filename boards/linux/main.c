// Sesame as a Linux program: the C host on TCP sockets, to try it and to test it under sanitizers. Start it with
// `npm run board:linux`.
//
//   sesame-linux [--host ADDRESS] [--port NUMBER] [--state FOLDER] [--serial DEVICE]

#define _GNU_SOURCE

#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "platform_linux.h"

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

/** A listening socket; -1 after saying why there is none. Says on standard output when clients can connect. */
static int start_listening(const options_t *options) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  struct addrinfo *address;
  int error = getaddrinfo(options->host, options->port, &hints, &address);
  if (error != 0) {
    fprintf(stderr, "%s port %s: %s\n", options->host, options->port, gai_strerror(error));
    return -1;
  }
  int listener = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  struct sockaddr_storage bound;
  socklen_t length = sizeof bound;
  bool listening = listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                   bind(listener, address->ai_addr, address->ai_addrlen) == 0 && listen(listener, SOMAXCONN) == 0 &&
                   getsockname(listener, (struct sockaddr *)&bound, &length) == 0;
  freeaddrinfo(address);
  if (!listening) {
    fprintf(stderr, "%s port %s: %s\n", options->host, options->port, strerror(errno));
    if (listener >= 0) close(listener);
    return -1;
  }
  char port[NI_MAXSERV];
  getnameinfo((struct sockaddr *)&bound, length, NULL, 0, port, sizeof port, NI_NUMERICSERV);
  printf(strchr(options->host, ':') ? "listening on [%s]:%s\n" : "listening on %s:%s\n", options->host, port);
  fflush(stdout);
  return listener;
}

static void accept_client(device_t *device, platform_t *platform, int listener) {
  int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client < 0) return; // it has gone again
  const int on = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  platform_stream_t *stream = linux_open_stream(platform, client);
  if (stream)
    device_accept(device, stream);
  else
    close(client);
}

/** What to wait for on a stream: nothing more arrives on one that has ended. */
static short awaited(const platform_stream_t *stream) {
  if (stream->ended) return 0;
  return stream->blocked && !stream->closing ? POLLOUT : POLLIN;
}

/** Waits until something can be done, or at most so long. The clients' sockets need no answer: the device looks by
 * itself. */
static void wait_for_work(device_t *device, platform_t *platform, int listener, int timeout_ms, const sigset_t *mask) {
  struct pollfd waiting[LINUX_STREAMS + 2];
  nfds_t count = 0;
  waiting[count++] = (struct pollfd){.fd = device_can_accept(device) ? listener : -1, .events = POLLIN};
  waiting[count++] = (struct pollfd){.fd = platform->serial, .events = POLLIN};
  for (int i = 0; i < LINUX_STREAMS; i++) {
    platform_stream_t *stream = &platform->streams[i];
    if (stream->socket < 0) continue;
    if (stream->closing) linux_drain(stream);
    if (stream->socket < 0) continue;
    if (stream->ended) timeout_ms = 0; // the device has not heard of it
    waiting[count++] = (struct pollfd){.fd = stream->socket, .events = awaited(stream)};
  }
  const struct timespec timeout = {.tv_nsec = timeout_ms * 1000000L};
  if (ppoll(waiting, count, &timeout, mask) > 0 && waiting[0].revents) accept_client(device, platform, listener);
}

int main(int count, char **arguments) {
  static platform_t platform;
  static device_t device;
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
  int listener = start_listening(&options);
  if (listener < 0) return FAILURE;
  while (!stopping) {
    bool progress = device_step(&device);
    wait_for_work(&device, &platform, listener, progress ? 0 : IDLE_MS, &while_waiting);
  }
  close(listener);
  return 0;
}
