// The bridge between a session and the serial port: see bridge.h.

#include "applications/bridge.h"

#include <string.h>

#define ESCAPE 0x1d
/** Bytes from the port in one step. */
#define PIECE_BYTES 64

/** Takes what the client has sent, up to the escape; true when that came. */
static bool take_input(channel_t *channel, line_t *waiting) {
  if (!channel->terminal.present) {
    size_t room = (size_t)(LINE_BYTES - waiting->length);
    size_t length = channel_receive(channel, (uint8_t *)waiting->bytes + waiting->length, room);
    waiting->length = (uint16_t)(waiting->length + length);
    return false;
  }
  // one by one, because what follows the escape is not for the port
  uint8_t byte;
  while (waiting->length < LINE_BYTES && channel_receive(channel, &byte, 1) > 0) {
    if (byte == ESCAPE) return true;
    waiting->bytes[waiting->length++] = (char)byte;
  }
  return false;
}

static bool carry_to_port(platform_t *platform, line_t *waiting) {
  if (waiting->length == 0) return false;
  size_t taken = platform_serial_send(platform, (const uint8_t *)waiting->bytes, waiting->length);
  waiting->length = (uint16_t)(waiting->length - taken);
  memmove(waiting->bytes, waiting->bytes + taken, waiting->length);
  return taken > 0;
}

static bool carry_from_port(channel_t *channel, platform_t *platform) {
  uint8_t bytes[PIECE_BYTES];
  size_t room = channel_room(channel);
  size_t length = platform_serial_receive(platform, bytes, room < PIECE_BYTES ? room : PIECE_BYTES);
  if (length > 0) channel_send(channel, bytes, length);
  return length > 0;
}

bridge_event_t bridge_step(channel_t *channel, platform_t *platform, line_t *waiting) {
  if (take_input(channel, waiting)) return BRIDGE_LEFT;
  bool sent = carry_to_port(platform, waiting);
  bool received = carry_from_port(channel, platform);
  if (sent || received) return BRIDGE_CARRIED;
  if (!platform_serial_connected(platform)) return BRIDGE_GONE;
  return channel_input_ended(channel) && waiting->length == 0 ? BRIDGE_ENDED : BRIDGE_IDLE;
}
