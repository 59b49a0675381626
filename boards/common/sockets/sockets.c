// See sockets.h. Only what POSIX and lwIP have in common is used.

#define _GNU_SOURCE 1 // as ESP-IDF defines it for every file

#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/** How long the next client waits when there is no descriptor or memory for it: poll would tell of it at once again. */
#define ACCEPT_PAUSE_MS 100

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

void platform_address(const platform_stream_t *stream, char address[PLATFORM_ADDRESS_BYTES]) {
  const sockets_source_t *source = &stream->source;
  if (!inet_ntop(source->family, source->bytes, address, PLATFORM_ADDRESS_BYTES)) address[0] = 0;
}

bool platform_same_source(const platform_stream_t *one, const platform_stream_t *other) {
  const sockets_source_t *a = &one->source, *b = &other->source;
  size_t length = a->family == AF_INET ? SOCKETS_IPV4_BYTES : SOCKETS_NETWORK_BYTES;
  return a->family == b->family && memcmp(a->bytes, b->bytes, length) == 0;
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

/** A free place, or that of the stream that has been closing for longest: its last bytes have had their time. */
static platform_stream_t *find_place(sockets_t *sockets) {
  platform_stream_t *closing = NULL;
  for (int i = 0; i < SOCKETS_STREAMS; i++) {
    platform_stream_t *stream = &sockets->streams[i];
    if (!stream->used) return stream;
    if (stream->closing && (!closing || stream->deadline_ms < closing->deadline_ms)) closing = stream;
  }
  return closing;
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
  if (accepting && find_place(sockets) && milliseconds() >= sockets->accept_ms)
    waiting[count++] = (struct pollfd){.fd = sockets->listener, .events = POLLIN};
  return count;
}

/** Where the client is. Of IPv6 the machine has 64 bits to choose addresses from, so the other 64 tell its source. */
static sockets_source_t source_of(const struct sockaddr_storage *address) {
  sockets_source_t source = {.family = address->ss_family};
  if (source.family == AF_INET) {
    memcpy(source.bytes, &((const struct sockaddr_in *)address)->sin_addr, SOCKETS_IPV4_BYTES);
#ifdef AF_INET6
  } else if (source.family == AF_INET6) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(source.bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, sizeof source.bytes);
    if (memcmp(source.bytes, mapped, sizeof mapped) != 0) return source;
    memmove(source.bytes, source.bytes + sizeof mapped, SOCKETS_IPV4_BYTES);
    source.family = AF_INET;
#endif
  }
  return source;
}

platform_stream_t *sockets_accept(sockets_t *sockets) {
  platform_stream_t *stream = find_place(sockets);
  if (!stream || milliseconds() < sockets->accept_ms) return NULL;
  struct sockaddr_storage address = {0};
  socklen_t length = sizeof address;
  int client = accept(sockets->listener, (struct sockaddr *)&address, &length);
  if (client < 0) { // nobody, or gone again
    if (!would_block() && errno != ECONNABORTED) sockets->accept_ms = milliseconds() + ACCEPT_PAUSE_MS;
    return NULL;
  }
  if (stream->used) free_stream(stream);
  if (!set_nonblocking(client)) {
    close(client);
    return NULL;
  }
  set_option(client, IPPROTO_TCP, TCP_NODELAY, 1);
  *stream = (platform_stream_t){.used = true, .socket = client, .source = source_of(&address)};
  return stream;
}

bool sockets_are_open(const sockets_t *sockets) {
  for (int i = 0; i < SOCKETS_STREAMS; i++) {
    if (sockets->streams[i].used) return true;
  }
  return false;
}
