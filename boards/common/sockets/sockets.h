// The streams of platform.h over BSD sockets, for every board that has them (Linux; lwIP on an ESP32): a listening
// socket and the clients that it has accepted. The board's loop:
//
//   for (;;) {
//     bool progress = device_step(&device);
//     nfds_t count = sockets_awaited(&sockets, device_can_accept(&device), waiting, &timeout_ms);
//     poll(waiting, count, timeout_ms);             // or ppoll, and with what else the board waits for
//     platform_stream_t *stream = device_can_accept(&device) ? sockets_accept(&sockets) : NULL;
//     if (stream) device_accept(&device, stream);
//   }

#ifndef SESAME_SOCKETS_H
#define SESAME_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/poll.h>
#include <sys/socket.h>

#include "platform.h"

/** Clients that are served, and those whose last bytes are on their way. */
#ifndef SOCKETS_STREAMS
#define SOCKETS_STREAMS 16
#endif

/** How long a client may take to close after the last bytes were sent. */
#ifndef SOCKETS_LINGER_MS
#define SOCKETS_LINGER_MS 2000
#endif

#define SOCKETS_IPV4_BYTES 4
/** Of an IPv6 address: the network, within which a machine chooses the rest. */
#define SOCKETS_NETWORK_BYTES 8

/** Where a client is: IPv4 also when it came by way of an IPv6 socket. */
typedef struct sockets_source {
  int family;
  uint8_t bytes[16];
} sockets_source_t;

struct platform_stream {
  /** The place is taken. */
  bool used;
  int socket;
  sockets_source_t source;
  /** The client has closed, or the connection is broken. */
  bool ended;
  /** The socket took less than it was given. */
  bool blocked;
  /** It had nothing when it was asked last. What the host does not ask for, as while an application decides about a
   * login, is not waited for either: it has arrived, and the loop would spin. */
  bool empty;
  /** The connection has ended: what still arrives is dropped, until the client closes too or this time comes. */
  bool closing;
  uint64_t deadline_ms;
};

/** Zeros: nobody listens, and there are no clients. */
typedef struct sockets {
  int listener;
  /** Nobody is accepted before this time. */
  uint64_t accept_ms;
  platform_stream_t streams[SOCKETS_STREAMS];
} sockets_t;

/** Listens on the address. False: it cannot; `errno` says why. */
bool sockets_listen(sockets_t *sockets, const struct sockaddr *address, socklen_t length);

/** As many as `sockets_awaited` writes at most. */
#define SOCKETS_AWAITED (SOCKETS_STREAMS + 1)

/** Writes what to wait for, the next client only if `accepting`, and returns how many entries that are. Sets
 * `*timeout_ms` to 0 when there is something to do at once. What poll then finds need not be looked at: the device
 * tries all streams by itself. */
nfds_t sockets_awaited(sockets_t *sockets, bool accepting, struct pollfd *waiting, int *timeout_ms);

/** Whether there are streams still, closing ones among them. */
bool sockets_are_open(const sockets_t *sockets);

/** The stream of a client that has come; null when there is none, or no place for one, which then waits. A stream that
 * is closing gives its place up. */
platform_stream_t *sockets_accept(sockets_t *sockets);

#endif
