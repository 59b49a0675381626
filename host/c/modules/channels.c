// See channels.h.

#include "modules/channels.h"

#include <string.h>

#include "modules/channels_exports.h"
#include "modules/embedded.h"

bool channels_instantiate(module_t *channels, platform_t *platform) {
  return module_instantiate(channels, platform, &embedded_connection, channels_exports, CHANNELS_EXPORTS);
}

void channels_open(module_t *channels, uint32_t window_bytes) {
  module_call1(channels, CHANNELS_OPEN, window_bytes);
}

connection_event_t channels_receive(module_t *channels, module_view_t payload) {
  module_view_t input = module_view_of(channels, CHANNELS_INPUT_PTR, CHANNELS_INPUT_CAPACITY);
  if (payload.length > input.length) module_fail(channels, "a payload is longer than the connection module's buffer");
  if (!channels->failed) memcpy(input.bytes, payload.bytes, payload.length);
  return (connection_event_t)module_call1(channels, CHANNELS_RECEIVE, payload.length);
}

module_view_t channels_output(module_t *channels) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call0(channels, CHANNELS_OUTPUT_LENGTH));
}

uint32_t channels_event_channel(module_t *channels) {
  return module_call0(channels, CHANNELS_EVENT_CHANNEL);
}

module_view_t channels_event(module_t *channels) {
  return module_view_of(channels, CHANNELS_EVENT_PTR, CHANNELS_EVENT_LENGTH);
}

uint32_t channels_columns(module_t *channels) {
  return module_call0(channels, CHANNELS_COLUMNS);
}

uint32_t channels_rows(module_t *channels) {
  return module_call0(channels, CHANNELS_ROWS);
}

module_view_t channels_answer(module_t *channels, bool accept) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call1(channels, CHANNELS_ANSWER, accept));
}

module_view_t channels_consumed(module_t *channels, uint32_t channel, uint32_t length) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call2(channels, CHANNELS_CONSUMED, channel, length));
}

module_view_t channels_send_eof(module_t *channels, uint32_t channel) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call1(channels, CHANNELS_SEND_EOF, channel));
}

module_view_t channels_exit(module_t *channels, uint32_t channel, uint32_t status) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call2(channels, CHANNELS_EXIT, channel, status));
}

module_view_t channels_close(module_t *channels, uint32_t channel) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call1(channels, CHANNELS_CLOSE, channel));
}

module_view_t channels_keepalive(module_t *channels) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call0(channels, CHANNELS_KEEPALIVE));
}

module_view_t channels_write_buffer(module_t *channels, uint32_t channel) {
  uint32_t length = module_call1(channels, CHANNELS_WRITABLE, channel);
  return module_view(channels, module_call0(channels, CHANNELS_WRITE_PTR), length);
}

module_view_t channels_write(module_t *channels, uint32_t channel, uint32_t length, bool error) {
  return module_output(channels, CHANNELS_OUTPUT_PTR, module_call3(channels, CHANNELS_WRITE, channel, length, error));
}
