// Replays a recorded session through the C host, for tests that compare it with another host byte for byte.
//
//   replay ENTROPY_FILE [CREDENTIALS] < steps > answers
//
// The entropy is the file's, the store is empty memory, and the clock stands still, but for the steps that advance it.
// The credentials, a region in base64, replace the embedded ones. Where they leave it to the host, a password is what
// the verdict is called ("change-required"), and a key is anybody's; each verdict comes when it is asked for a second
// time. A step is a kind, a length (uint32, big-endian) and so many bytes:
//
//   'd'   bytes of the client's stream
//   't'   a uint32, big-endian: so many milliseconds pass
//   'i'   the same: a session may be idle for so long, 0 for ever as at the beginning
//   'k'   the same: a client that is silent for so long is asked whether it is there; 0: never, as at the beginning
//
// The answer to each, and before the first the greeting, is a length (uint32, big-endian) and what the host sent until
// it had nothing more to do. After the last step the client is gone. Exit code: 0; 1 when the device did not start.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/device.h"
#include "store/credentials.h"

#define FAILURE 1
#define USAGE 2
/** No step and no answer is longer. */
#define STEP_BYTES 65536
#define ANSWER_BYTES (1024 * 1024)

struct platform_stream {
  uint8_t received[STEP_BYTES];
  size_t received_start, received_length;
  uint8_t sent[ANSWER_BYTES];
  size_t sent_length;
  bool gone;
};

struct platform {
  FILE *entropy;
  uint64_t milliseconds;
  uint8_t slots[PLATFORM_SLOT_COUNT][PLATFORM_SLOT_BYTES];
};

const char platform_name[] = "replay";

size_t platform_receive(platform_stream_t *stream, uint8_t *bytes, size_t capacity) {
  size_t length = stream->received_length < capacity ? stream->received_length : capacity;
  memcpy(bytes, stream->received + stream->received_start, length);
  stream->received_start += length;
  stream->received_length -= length;
  return length;
}

/** Takes 61 bytes at most: an output leaves in pieces, as on a board. */
size_t platform_send(platform_stream_t *stream, const uint8_t *bytes, size_t length) {
  size_t taken = length < 61 ? length : 61;
  if (taken > sizeof stream->sent - stream->sent_length) abort();
  memcpy(stream->sent + stream->sent_length, bytes, taken);
  stream->sent_length += taken;
  return taken;
}

bool platform_connected(platform_stream_t *stream) {
  return !stream->gone;
}

void platform_close(platform_stream_t *stream) {
  stream->gone = true;
}

void platform_address(const platform_stream_t *stream, char address[PLATFORM_ADDRESS_BYTES]) {
  (void)stream;
  address[0] = 0;
}

bool platform_same_source(const platform_stream_t *one, const platform_stream_t *other) {
  (void)one;
  (void)other;
  return false;
}

platform_status_t platform_entropy(platform_t *platform, uint8_t *bytes, size_t length) {
  return fread(bytes, 1, length, platform->entropy) == length ? PLATFORM_OK : PLATFORM_NO_ENTROPY;
}

uint64_t platform_milliseconds(platform_t *platform) {
  return platform->milliseconds;
}

uint64_t platform_cycles(platform_t *platform) {
  return platform->milliseconds;
}

void platform_computing(platform_t *platform, uint32_t longest_ms) {
  (void)platform;
  (void)longest_ms;
}

platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes,
                                     size_t length) {
  memcpy(bytes, platform->slots[slot] + offset, length);
  return PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  memcpy(platform->slots[slot], bytes, PLATFORM_SLOT_BYTES);
  return PLATFORM_OK;
}

void platform_log(platform_t *platform, const char *line) {
  (void)platform;
  fprintf(stderr, "%s\n", line);
}

void platform_light(platform_t *platform, platform_light_t light) {
  (void)platform;
  (void)light;
}

platform_serial_status_t platform_serial_open(platform_t *platform, uint32_t baud) {
  (void)platform;
  (void)baud;
  return PLATFORM_SERIAL_NONE;
}

size_t platform_serial_receive(platform_t *platform, uint8_t *bytes, size_t capacity) {
  (void)platform;
  (void)bytes;
  (void)capacity;
  return 0;
}

size_t platform_serial_send(platform_t *platform, const uint8_t *bytes, size_t length) {
  (void)platform;
  (void)bytes;
  (void)length;
  return 0;
}

bool platform_serial_connected(platform_t *platform) {
  (void)platform;
  return true;
}

void platform_serial_close(platform_t *platform) {
  (void)platform;
}

bool platform_restart(platform_t *platform, platform_restart_t restart) {
  (void)platform;
  (void)restart;
  return false;
}

platform_memory_t platform_memory(platform_t *platform) {
  (void)platform;
  return (platform_memory_t){0};
}

static uint32_t read_uint32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/** Writes what was sent since the last answer. */
static void answer(platform_stream_t *stream) {
  size_t length = stream->sent_length;
  const uint8_t head[] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length};
  fwrite(head, 1, sizeof head, stdout);
  fwrite(stream->sent, 1, length, stdout);
  fflush(stdout);
  stream->sent_length = 0;
}

static bool is_text(module_view_t bytes, const char *text) {
  return bytes.length == strlen(text) && memcmp(bytes.bytes, text, bytes.length) == 0;
}

/** `context`: whether the verdict was put off. */
static userauth_status_t decide(void *context, const authentication_request_t *request) {
  bool *put_off = context;
  *put_off = !*put_off;
  if (*put_off) return USERAUTH_PENDING;
  if (is_text(request->method, "publickey")) return USERAUTH_SUCCESS;
  module_view_t password = request->new_password.length > 0 ? request->new_password : request->password;
  if (is_text(password, "success")) return USERAUTH_SUCCESS;
  if (is_text(password, "partial-success")) return USERAUTH_PARTIAL_SUCCESS;
  if (is_text(password, "change-required")) return USERAUTH_CHANGE_REQUIRED;
  if (is_text(password, "invalid-user")) return USERAUTH_INVALID_USER;
  if (is_text(password, "invalid-password")) return USERAUTH_INVALID_PASSWORD;
  return USERAUTH_FAILURE;
}

/** A verdict that was put off comes when nothing else is to be done. */
static void run(device_t *device) {
  const bool *put_off = device->authenticate_context;
  while (device_step(device) || *put_off) continue;
}

/** The next step. False: there is none. */
static bool take_step(device_t *device, platform_stream_t *stream) {
  uint8_t head[5];
  if (fread(head, 1, sizeof head, stdin) != sizeof head) return false;
  size_t length = read_uint32(head + 1);
  if (length > sizeof stream->received || fread(stream->received, 1, length, stdin) != length) return false;
  switch (head[0]) {
  case 't': device->platform->milliseconds += read_uint32(stream->received); break;
  case 'i': device->idle_ms = read_uint32(stream->received); break;
  case 'k': device->keepalive_ms = read_uint32(stream->received); break;
  default: stream->received_start = 0; stream->received_length = length;
  }
  return true;
}

int main(int count, char **arguments) {
  static platform_t platform;
  static platform_stream_t stream;
  static device_t device;
  static bool put_off;
  if (count != 2 && count != 3) return USAGE;
  platform.entropy = fopen(arguments[1], "rb");
  if (!platform.entropy) return USAGE;
  if (!device_start(&device, &platform)) return FAILURE;
  device.authenticate = decide;
  device.authenticate_context = &put_off;
  device.idle_ms = device.keepalive_ms = 0;
  if (count == 3 && credentials_replace(&device.store, arguments[2], strlen(arguments[2])) != CREDENTIALS_OK)
    return FAILURE;
  device_accept(&device, &stream);
  do {
    run(&device);
    answer(&stream);
  } while (take_step(&device, &stream));
  stream.gone = true;
  run(&device);
  fclose(platform.entropy);
  return 0;
}
