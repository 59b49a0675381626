// Text through a window: see output.h.

#include "applications/output.h"

#include <string.h>

/** Digits of 2^64 - 1. */
#define DECIMAL_DIGITS 20

output_t output_begin(channel_t *channel, size_t skip) {
  return (output_t){.channel = channel, .skip = skip, .room = channel_room(channel)};
}

static void send(output_t *output, const char *bytes, size_t length) {
  size_t skipped = length < output->skip ? length : output->skip;
  output->skip -= skipped;
  size_t rest = length - skipped;
  size_t left = output->room - output->sent;
  size_t taken = rest < left ? rest : left;
  if (taken < rest) output->incomplete = true;
  if (taken == 0) return;
  (output->error ? channel_send_error : channel_send)(output->channel, bytes + skipped, taken);
  output->sent += taken;
}

void output_bytes(output_t *output, const void *bytes, size_t length) {
  const char *rest = bytes;
  while (output->carriage_returns && length > 0) {
    const char *newline = memchr(rest, '\n', length);
    if (newline == NULL) break;
    size_t before = (size_t)(newline - rest);
    send(output, rest, before);
    send(output, "\r\n", 2);
    rest = newline + 1;
    length -= before + 1;
  }
  send(output, rest, length);
}

void output_text(output_t *output, const char *text) {
  output_bytes(output, text, strlen(text));
}

static void blanks(output_t *output, size_t from, size_t to) {
  for (; from < to; from++) output_bytes(output, " ", 1);
}

void output_padded(output_t *output, const char *text, size_t width) {
  output_text(output, text);
  blanks(output, strlen(text), width);
}

void output_decimal(output_t *output, uint64_t number, size_t width) {
  char digits[DECIMAL_DIGITS];
  size_t start = DECIMAL_DIGITS;
  do {
    digits[--start] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  size_t length = DECIMAL_DIGITS - start;
  blanks(output, length, width);
  output_bytes(output, digits + start, length);
}

void output_duration(output_t *output, uint64_t milliseconds) {
  uint64_t seconds = milliseconds / 1000;
  if (seconds >= 86400) {
    output_decimal(output, seconds / 86400, 0);
    output_text(output, " d ");
  }
  if (seconds >= 3600) {
    output_decimal(output, seconds / 3600 % 24, 0);
    output_text(output, " h ");
  }
  if (seconds >= 60) {
    output_decimal(output, seconds / 60 % 60, 0);
    output_text(output, " min ");
  }
  output_decimal(output, seconds % 60, 0);
  output_text(output, " s");
}
