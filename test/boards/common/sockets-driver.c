// A server on boards/common/sockets, without the rest of the host. What a client sends first says what becomes of it:
//
//   'e'   everything comes back, this byte too
//   'c'   it is sent ANSWER_BYTES, and its stream is closed while it may still be sending
//   'i'   whatever follows is not received
//
// Prints the port that it listens on, a line when a client has gone, and one when poll ends for a client whose bytes
// are not received; ends with its standard input.

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sockets.h"

#define ANSWER_BYTES 300000
#define IDLE_MS 1000

typedef struct client {
  platform_stream_t *stream;
  char kind;
  uint8_t bytes[4096];
  size_t length;
  size_t answered;
} client_t;

static void end(client_t *client) {
  platform_close(client->stream);
  client->stream = NULL;
  printf("gone\n");
  fflush(stdout);
}

static bool echo(client_t *client) {
  client->length +=
      platform_receive(client->stream, client->bytes + client->length, sizeof client->bytes - client->length);
  size_t sent = platform_send(client->stream, client->bytes, client->length);
  client->length -= sent;
  memmove(client->bytes, client->bytes + sent, client->length);
  if (client->length == 0 && !platform_connected(client->stream)) end(client);
  return sent > 0;
}

static bool answer(client_t *client) {
  size_t left = ANSWER_BYTES - client->answered;
  memset(client->bytes, 'c', sizeof client->bytes);
  size_t sent = platform_send(client->stream, client->bytes, left < sizeof client->bytes ? left : sizeof client->bytes);
  client->answered += sent;
  if (client->answered == ANSWER_BYTES || !platform_connected(client->stream)) end(client);
  return sent > 0;
}

static bool step(client_t *client) {
  if (!client->stream) return false;
  if (!client->kind && platform_receive(client->stream, client->bytes, 1) == 1) {
    client->kind = (char)client->bytes[0];
    client->length = 1;
  }
  switch (client->kind) {
  case 'e': return echo(client);
  case 'c': return answer(client);
  case 'i': return false;
  }
  if (!platform_connected(client->stream)) end(client);
  return false;
}

/** Whether poll has found something of a client that is not listened to. */
static bool is_ignored(const client_t *clients, const struct pollfd *found) {
  for (int i = 0; i < SOCKETS_STREAMS; i++) {
    const client_t *client = &clients[i];
    if (client->kind == 'i' && client->stream->socket == found->fd) return found->revents != 0;
  }
  return false;
}

int main(void) {
  static sockets_t sockets;
  static client_t clients[SOCKETS_STREAMS];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (!sockets_listen(&sockets, (struct sockaddr *)&address, length)) return 1;
  getsockname(sockets.listener, (struct sockaddr *)&address, &length);
  printf("listening on %u\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int timeout_ms = IDLE_MS;
    for (int i = 0; i < SOCKETS_STREAMS; i++) {
      if (step(&clients[i])) timeout_ms = 0;
    }
    struct pollfd waiting[SOCKETS_AWAITED + 1];
    nfds_t count = sockets_awaited(&sockets, true, waiting, &timeout_ms);
    waiting[count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    poll(waiting, count + 1, timeout_ms);
    if (waiting[count].revents) return 0;
    for (nfds_t i = 0; i < count; i++) {
      if (is_ignored(clients, &waiting[i])) printf("woken in vain\n");
    }
    platform_stream_t *stream = sockets_accept(&sockets);
    for (int i = 0; stream && i < SOCKETS_STREAMS; i++) {
      if (clients[i].stream) continue;
      clients[i] = (client_t){.stream = stream};
      stream = NULL;
    }
  }
}
