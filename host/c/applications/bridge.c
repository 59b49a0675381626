// The bridge between a session and the serial port: see bridge.h.

#include "applications/bridge.h"

#define ESCAPE 0x1d
/** Bytes that are carried in one step. */
#define PIECE_BYTES 64

/** Carries up to `length` of the bytes that wait; returns how many the port has taken. */
static size_t carry_to_port(channel_t *channel, platform_t *platform, size_t length) {
  uint8_t bytes[PIECE_BYTES];
  length = channel_peek(channel, bytes, length < PIECE_BYTES ? length : PIECE_BYTES);
  size_t taken = length > 0 ? platform_serial_send(platform, bytes, length) : 0;
  channel_take(channel, taken);
  return taken;
}

static bool carry_from_port(channel_t *channel, platform_t *platform) {
  uint8_t bytes[PIECE_BYTES];
  size_t room = channel_room(channel);
  size_t length = platform_serial_receive(platform, bytes, room < PIECE_BYTES ? room : PIECE_BYTES);
  if (length > 0) channel_send(channel, bytes, length);
  return length > 0;
}

bridge_event_t bridge_step(channel_t *channel, platform_t *platform) {
  size_t waiting = channel_received(channel);
  // what follows the escape is not for the port
  size_t for_port = channel->terminal.present ? channel_before(channel, ESCAPE) : waiting;
  bool sent = carry_to_port(channel, platform, for_port) > 0;
  if (!sent && for_port < waiting) {
    channel_take(channel, for_port + 1);
    return BRIDGE_LEFT;
  }
  bool received = carry_from_port(channel, platform);
  if (sent || received) return BRIDGE_CARRIED;
  if (!platform_serial_connected(platform)) return BRIDGE_GONE;
  return channel_input_ended(channel) ? BRIDGE_ENDED : BRIDGE_IDLE;
}
