// See line_reader.h. What the module has for the terminal is taken before it is given anything else.

#include "applications/line_reader.h"

#include <string.h>

#include "wipe.h"

#define CONTROL_C 0x03
/** How long a terminal may take to send what follows an ESC; after that it was the Escape key. */
#define ESCAPE_MS 500

bool line_reader_open(line_reader_t *reader, channel_t *channel, platform_t *platform) {
  *reader = (line_reader_t){.channel = channel};
  return lines_instantiate(&reader->lines, platform);
}

void line_reader_close(line_reader_t *reader) {
  module_release(&reader->lines);
  wipe(reader, sizeof *reader);
}

/** Gives the module `length` bytes that are in its input; returns how many it has taken. */
static uint32_t give(line_reader_t *reader, uint32_t length) {
  module_t *lines = &reader->lines;
  reader->event = lines_receive(lines, length);
  uint32_t taken = lines_consumed(lines);
  if (taken > length || (taken < length && reader->event == SHELL_EVENT_NONE))
    module_fail(lines, "the shell module does not take its input");
  reader->output_waits = reader->channel->terminal.present;
  return lines->failed ? 0 : taken;
}

shell_event_t line_reader_command(line_reader_t *reader, const uint8_t *text, size_t length) {
  module_t *lines = &reader->lines;
  lines_open(lines, SHELL_INPUT_COMMAND, 0);
  lines_prompt(lines, "");
  while (length > 0) {
    module_view_t input = lines_input(lines);
    uint32_t piece = length < input.length ? (uint32_t)length : input.length;
    if (piece == 0) module_fail(lines, "the shell module takes no input");
    if (lines->failed) return SHELL_EVENT_NONE;
    memcpy(input.bytes, text, piece);
    give(reader, piece);
    text += piece;
    length -= piece;
  }
  return lines_end(lines);
}

void line_reader_prompt(line_reader_t *reader, const char *prompt) {
  const channel_terminal_t *terminal = &reader->channel->terminal;
  shell_input_t kind = !terminal->present ? SHELL_INPUT_SCRIPT
                       : terminal->dumb   ? SHELL_INPUT_DUMB_TERMINAL
                                          : SHELL_INPUT_TERMINAL;
  if (!reader->reads_lines) lines_open(&reader->lines, kind, terminal->columns);
  reader->reads_lines = true;
  lines_prompt(&reader->lines, prompt);
  reader->event = SHELL_EVENT_NONE;
  reader->output_waits = terminal->present;
}

void line_reader_complete(line_reader_t *reader, uint32_t length) {
  lines_complete(&reader->lines, length);
  reader->output_waits = true;
}

/** False: there is no room. */
static bool write_output(line_reader_t *reader) {
  size_t room = channel_room(reader->channel);
  if (room == 0) return false;
  module_view_t output = lines_output(&reader->lines, room);
  channel_send(reader->channel, output.bytes, output.length);
  reader->output_waits = output.length > 0;
  return true;
}

/** False: nothing has come. */
static bool take_input(line_reader_t *reader) {
  module_view_t input = lines_input(&reader->lines);
  if (channel_received(reader->channel) == 0 || input.length == 0) return false;
  uint32_t length = (uint32_t)channel_peek(reader->channel, input.bytes, input.length);
  uint32_t now = (uint32_t)platform_milliseconds(reader->lines.platform);
  if (now - reader->input_ms >= ESCAPE_MS) lines_end_escape(&reader->lines);
  reader->input_ms = now;
  channel_take(reader->channel, give(reader, length));
  return true;
}

static void give_interrupt(line_reader_t *reader) {
  module_view_t input = lines_input(&reader->lines);
  reader->interrupted = false;
  if (input.length == 0) return; // the module has failed
  input.bytes[0] = CONTROL_C;
  give(reader, 1);
}

bool line_reader_step(line_reader_t *reader, shell_event_t *event) {
  *event = SHELL_EVENT_NONE;
  if (reader->output_waits) return write_output(reader);
  if (reader->event != SHELL_EVENT_NONE) {
    *event = reader->event;
    reader->event = SHELL_EVENT_NONE;
    return true;
  }
  if (reader->resized) {
    reader->resized = false;
    lines_resize(&reader->lines, reader->channel->terminal.columns);
    reader->output_waits = true;
    return true;
  }
  if (reader->interrupted) return give_interrupt(reader), true;
  if (take_input(reader)) return true;
  if (!channel_input_ended(reader->channel)) return false;
  reader->ended = true;
  reader->event = lines_end(&reader->lines);
  reader->output_waits = reader->channel->terminal.present;
  return true;
}

bool line_reader_take_interrupt(line_reader_t *reader) {
  channel_t *channel = reader->channel;
  bool found = false;
  for (size_t before; (before = channel_before(channel, CONTROL_C)) < channel_received(channel); found = true)
    channel_take(channel, before + 1);
  return found;
}
