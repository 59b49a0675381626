// See sockets.h. Only what POSIX and lwIP have in common is used.

#define _GNU_SOURCE 1 // as ESP-IDF defines it for every file

#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <time.h>
#include <unistd.h>

/** A client that has vanished without a word is noticed after 60 + 3 · 20 seconds. */
#define KEEPALIVE_IDLE_S 60
#define KEEPALIVE_INTERVAL_S 20
#define KEEPALIVE_PROBES 3

static uint64_t milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static bool set_nonblocking(int socket) {
  int flags = fcntl(socket, F_GETFL, 0);
  return flags >= 0 && fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0;
}

static bool set_option(int socket, int level, int name, int value) {
  return setsockopt(socket, level, name, &value, sizeof value) == 0;
}

bool sockets_listen(sockets_t *sockets, const struct sockaddr *address, socklen_t length) {
  sockets->listener = socket(address->sa_family, SOCK_STREAM, 0);
  if (sockets->listener < 0) return false;
  if (set_option(sockets->listener, SOL_SOCKET, SO_REUSEADDR, 1) && set_nonblocking(sockets->listener) &&
      bind(sockets->listener, address, length) == 0 && listen(sockets->listener, SOCKETS_STREAMS) == 0)
    return true;
  int why = errno;
  close(sockets->listener);
  errno = why;
  return false;
}

// platform.h.

static bool would_block(void) {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

size_t platform_receive(platform_stream_t *stream, uint8_t *bytes, size_t capacity) {
  if (stream->ended || capacity == 0) return 0;
  ssize_t length = recv(stream->socket, bytes, capacity, 0);
  stream->empty = length <= 0;
  if (length > 0) return (size_t)length;
  if (length == 0 || !would_block()) stream->ended = true;
  return 0;
}

size_t platform_send(platform_stream_t *stream, const uint8_t *bytes, size_t length) {
  if (stream->ended) return 0;
  ssize_t taken = send(stream->socket, bytes, length, MSG_NOSIGNAL);
  if (taken < 0 && !would_block()) stream->ended = true;
  stream->blocked = taken < (ssize_t)length;
  return taken > 0 ? (size_t)taken : 0;
}

bool platform_connected(platform_stream_t *stream) {
  return !stream->ended;
}

static void free_stream(platform_stream_t *stream) {
  close(stream->socket);
  stream->used = false;
}

void platform_close(platform_stream_t *stream) {
  stream->closing = true;
  stream->deadline_ms = milliseconds() + SOCKETS_LINGER_MS;
  if (stream->ended || shutdown(stream->socket, SHUT_WR) != 0) free_stream(stream);
}

// For the board's loop.

/** Drops some of what a closing stream still receives: a client that never stops holds nobody up. Frees it in the end.
 */
static void drain(platform_stream_t *stream) {
  uint8_t dropped[512];
  platform_receive(stream, dropped, sizeof dropped);
  if (stream->ended || milliseconds() >= stream->deadline_ms) free_stream(stream);
}

static platform_stream_t *free_place(sockets_t *sockets) {
  for (int i = 0; i < SOCKETS_STREAMS; i++) {
    if (!sockets->streams[i].used) return &sockets->streams[i];
  }
  return NULL;
}

nfds_t sockets_awaited(sockets_t *sockets, bool accepting, struct pollfd *waiting, int *timeout_ms) {
  // No entry is left out by a socket of -1: ESP-IDF's poll would take it for one
  nfds_t count = 0;
  for (int i = 0; i < SOCKETS_STREAMS; i++) {
    platform_stream_t *stream = &sockets->streams[i];
    if (stream->used && stream->closing) drain(stream);
    if (!stream->used) continue;
    if (stream->ended) // nothing more arrives, and the device has not heard of it
      *timeout_ms = 0;
    else if (stream->blocked && !stream->closing)
      waiting[count++] = (struct pollfd){.fd = stream->socket, .events = POLLOUT};
    else if (stream->empty || stream->closing)
      waiting[count++] = (struct pollfd){.fd = stream->socket, .events = POLLIN};
  }
  if (accepting && free_place(sockets)) waiting[count++] = (struct pollfd){.fd = sockets->listener, .events = POLLIN};
  return count;
}

platform_stream_t *sockets_accept(sockets_t *sockets) {
  platform_stream_t *stream = free_place(sockets);
  if (!stream) return NULL;
  int client = accept(sockets->listener, NULL, NULL);
  if (client < 0) return NULL; // nobody, or gone again
  if (!set_nonblocking(client)) {
    close(client);
    return NULL;
  }
  set_option(client, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(client, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(client, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
  set_option(client, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
  set_option(client, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
  *stream = (platform_stream_t){.used = true, .socket = client};
  return stream;
}
