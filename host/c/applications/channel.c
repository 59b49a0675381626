// See channel.h.

#include "applications/channel.h"

#include <string.h>

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

size_t channel_received(const channel_t *channel) {
  return channel->exiting ? 0 : channel->received_length;
}

size_t channel_before(const channel_t *channel, uint8_t value) {
  size_t before = 0;
  while (before < channel_received(channel) &&
         channel->received[(channel->received_start + before) % CHANNEL_WINDOW_BYTES] != value)
    before++;
  return before;
}

size_t channel_peek(const channel_t *channel, uint8_t *bytes, size_t capacity) {
  size_t length = smaller(channel_received(channel), capacity);
  size_t before_end = smaller(length, CHANNEL_WINDOW_BYTES - channel->received_start);
  memcpy(bytes, channel->received + channel->received_start, before_end);
  memcpy(bytes + before_end, channel->received, length - before_end);
  return length;
}

void channel_take(channel_t *channel, size_t length) {
  channel->received_start = (channel->received_start + (uint32_t)length) % CHANNEL_WINDOW_BYTES;
  channel->received_length -= (uint32_t)length;
  channel->consumed += (uint32_t)length;
}

size_t channel_receive(channel_t *channel, uint8_t *bytes, size_t capacity) {
  size_t length = channel_peek(channel, bytes, capacity);
  channel_take(channel, length);
  return length;
}

bool channel_input_ended(const channel_t *channel) {
  return channel->client_eof && channel->received_length == 0;
}

size_t channel_room(const channel_t *channel) {
  if (channel->exiting || channel->run_count == CHANNEL_RUNS) return 0;
  return CHANNEL_OUTPUT_BYTES - channel->output_length;
}

/** Adds to the last run, or makes a new one when that is of the other kind. */
static void send(channel_t *channel, const void *bytes, size_t length, bool error) {
  length = smaller(length, channel_room(channel));
  if (length == 0) return;
  if (channel->run_count == 0 || channel->runs[channel->run_count - 1].error != error) {
    channel->runs[channel->run_count++] = (channel_run_t){.error = error};
  }
  channel->runs[channel->run_count - 1].length += (uint16_t)length;
  memcpy(channel->output + channel->output_length, bytes, length);
  channel->output_length += (uint32_t)length;
}

void channel_send(channel_t *channel, const void *bytes, size_t length) {
  send(channel, bytes, length, false);
}

void channel_send_error(channel_t *channel, const void *bytes, size_t length) {
  send(channel, bytes, length, true);
}

bool channel_flushed(const channel_t *channel) {
  return channel->output_length == 0;
}

void channel_exit(channel_t *channel, uint32_t status) {
  if (channel->exiting) return;
  channel->exiting = true;
  channel->exit_status = status;
}

void channel_open(channel_t *channel) {
  memset(channel, 0, sizeof *channel);
  channel->open = true;
}

bool channel_deliver(channel_t *channel, const uint8_t *bytes, size_t length) {
  if (length > CHANNEL_WINDOW_BYTES - channel->received_length) return false;
  uint32_t end = (channel->received_start + channel->received_length) % CHANNEL_WINDOW_BYTES;
  size_t before_end = smaller(length, CHANNEL_WINDOW_BYTES - end);
  memcpy(channel->received + end, bytes, before_end);
  memcpy(channel->received, bytes + before_end, length - before_end);
  channel->received_length += (uint32_t)length;
  return true;
}

bool channel_next_is_error(const channel_t *channel) {
  return channel->run_count > 0 && channel->runs[0].error;
}

size_t channel_take_output(channel_t *channel, uint8_t *bytes, size_t capacity) {
  if (channel->run_count == 0 || capacity == 0) return 0;
  size_t length = smaller(channel->runs[0].length, capacity);
  memcpy(bytes, channel->output, length);
  channel->output_length -= (uint32_t)length;
  memmove(channel->output, channel->output + length, channel->output_length);
  channel->runs[0].length -= (uint16_t)length;
  if (channel->runs[0].length == 0) {
    channel->run_count--;
    memmove(channel->runs, channel->runs + 1, channel->run_count * sizeof channel->runs[0]);
  }
  return length;
}
