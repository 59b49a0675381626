// A channel's two buffers (host/c/applications/channel.c), to the byte, and Base64 (host/c/store/base64.c), to the bit.
//
//   channel-driver SCENARIO

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applications/channel.h"
#include "store/base64.h"

static channel_t channel;
static uint8_t bytes[CHANNEL_WINDOW_BYTES + 1];

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

/** The client sends bytes that count up from `first`. */
static bool deliver(uint8_t first, size_t length) {
  for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)(first + i);
  return channel_deliver(&channel, bytes, length);
}

/** The application takes as many, which are the right ones. */
static void take(uint8_t first, size_t length) {
  uint32_t before = channel.consumed;
  expect(channel_receive(&channel, bytes, length) == length, "what has come can be taken");
  for (size_t i = 0; i < length; i++) expect(bytes[i] == (uint8_t)(first + i), "it is what was sent, in order");
  expect(channel.consumed == before + length, "what was taken is told");
}

static void input(void) {
  channel_open(&channel);
  expect(deliver(0, CHANNEL_WINDOW_BYTES), "a whole window fits");
  expect(!deliver(0, 1), "a byte more does not");
  take(0, 5);
  expect(deliver((uint8_t)CHANNEL_WINDOW_BYTES, 5) && !deliver(0, 1), "what was taken makes room, round the end");
  expect(channel_received(&channel) == CHANNEL_WINDOW_BYTES, "all of it waits");
  expect(channel_before(&channel, 5) == 0 && channel_before(&channel, 4) == 255, "a byte is found, the first of many");
  uint32_t consumed = channel.consumed;
  expect(channel_peek(&channel, bytes, CHANNEL_WINDOW_BYTES) == CHANNEL_WINDOW_BYTES, "it can be looked at");
  expect(bytes[0] == 5 && bytes[CHANNEL_WINDOW_BYTES - 1] == (uint8_t)(CHANNEL_WINDOW_BYTES + 4), "in order");
  expect(channel_received(&channel) == CHANNEL_WINDOW_BYTES && channel.consumed == consumed, "and stays");
  channel.client_eof = true;
  expect(!channel_input_ended(&channel), "the end comes behind it");
  take(5, CHANNEL_WINDOW_BYTES);
  expect(channel_input_ended(&channel) && channel_receive(&channel, bytes, 1) == 0, "and then it is there");
  channel_open(&channel);
  channel.received_start = CHANNEL_WINDOW_BYTES - 1;
  expect(channel_deliver(&channel, (const uint8_t *)"a\003b", 3), "more comes, round the end");
  expect(channel_before(&channel, 3) == 1 && channel_before(&channel, 'c') == 3, "what is not there has all before it");
  channel_take(&channel, 1);
  expect(channel_before(&channel, 'a') == 2 && channel_before(&channel, 'b') == 1, "what was taken is not found");
}

static void output(void) {
  channel_open(&channel);
  uint8_t taken[CHANNEL_OUTPUT_BYTES];
  channel_send(&channel, "out", 3);
  channel_send(&channel, "put", 3);
  channel_send_error(&channel, "error", 5);
  expect(channel.run_count == 2 && !channel_next_is_error(&channel), "output and errors keep apart");
  expect(channel_take_output(&channel, taken, 4) == 4 && memcmp(taken, "outp", 4) == 0, "they leave in order");
  expect(channel_take_output(&channel, taken, 100) == 2 && channel_next_is_error(&channel), "one kind at a time");
  expect(channel_take_output(&channel, taken, 0) == 0 && !channel_flushed(&channel), "as there is room");
  expect(channel_take_output(&channel, taken, 100) == 5 && channel_flushed(&channel), "to the last byte");
  for (int run = 0; run < CHANNEL_RUNS; run++) {
    expect(channel_room(&channel) > 0, "the kind may change");
    (run % 2 ? channel_send_error : channel_send)(&channel, "x", 1);
  }
  expect(channel_room(&channel) == 0, "but not without end");
  channel_open(&channel);
  memset(bytes, 'x', sizeof bytes);
  channel_send(&channel, bytes, sizeof bytes);
  expect(channel.output_length == CHANNEL_OUTPUT_BYTES && channel_room(&channel) == 0, "no more than fits is kept");
}

static void end(void) {
  channel_open(&channel);
  expect(deliver(0, 3), "the client sends");
  channel_exit(&channel, 7);
  channel_exit(&channel, 8);
  expect(channel.exiting && channel.exit_status == 7, "the first status counts");
  expect(channel_received(&channel) == 0 && channel_room(&channel) == 0, "afterwards nothing is taken or sent");
  channel_send(&channel, "late", 4);
  expect(channel_flushed(&channel), "not even if it is tried");
}

/** Decodes; -1 for what is no Base64, -2 for what is cut off. */
static int decode(const char *text, uint8_t *decoded) {
  base64_t base64 = {0};
  int length = 0;
  for (; *text; text++) length += base64_take(&base64, *text, &decoded[length]);
  switch (base64_end(&base64)) {
  case BASE64_OK: return length;
  case BASE64_CUT_OFF: return -2;
  default: return -1;
  }
}

static void base64(void) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint8_t decoded[8];
  for (int character = 1; character < 256; character++) {
    char text[] = {'A', (char)character, 'A', 'A', 0};
    const char *found = strchr(alphabet, character);
    bool blank = character == ' ' || (character >= '\t' && character <= '\r');
    int length = decode(text, decoded);
    if (blank)
      expect(length == -2, "a blank is passed over");
    else if (!found)
      expect(length == -1, "what is not of the alphabet is refused");
    else
      expect(length == 3 && decoded[0] == (found - alphabet) >> 4 && decoded[1] == ((found - alphabet) << 4 & 255),
             "each character has its value");
  }
  expect(decode("TWFu", decoded) == 3 && memcmp(decoded, "Man", 3) == 0, "three bytes");
  expect(decode("TWE=", decoded) == 2 && decode("TQ==", decoded) == 1 && decode("", decoded) == 0, "fewer, padded");
  expect(decode("T W\r\nE\t=", decoded) == 2, "blanks between them");
  expect(decode("TWE", decoded) == -2 && decode("TQ=", decoded) == -2 && decode("T", decoded) == -2, "cut off");
  expect(decode("TR==", decoded) == -1 && decode("TWF=", decoded) == -1, "bits that stand for nothing are zeros");
  expect(decode("T===", decoded) == -1 && decode("====", decoded) == -1, "at most two are padding");
  expect(decode("TQ==TWFu", decoded) == -1 && decode("T=Q=", decoded) == -1, "nothing stands behind the padding");
}

static const struct {
  const char *name;
  void (*run)(void);
} SCENARIOS[] = {{"input", input}, {"output", output}, {"end", end}, {"base64", base64}};

int main(int count, char **arguments) {
  for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++) {
    if (count != 2 || strcmp(arguments[1], SCENARIOS[i].name) != 0) continue;
    SCENARIOS[i].run();
    return 0;
  }
  fprintf(stderr, "no such scenario\n");
  return 2;
}
