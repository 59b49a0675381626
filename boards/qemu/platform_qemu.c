// The platform that QEMU gives: the serial port is the client's stream. Everything else is the computer's on which QEMU
// runs, reached through picolibc's semihosting: files for the store and the entropy, standard error for the console.

#define _DEFAULT_SOURCE // sbrk

#include "platform_qemu.h"

#include <fcntl.h>
#include <semihost.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "server/log.h"

#define INSTRUCTIONS_PER_MS 1000000u
#define PAINT 0x5a5a5a5au
#define SLOT_NAME_DIGIT 4

// Of picolibc's linker script: the heap, the end of which is the lowest byte of the stack.
extern char __heap_start[], __heap_end[], __stack[];

// Own frame and caller's excluded: no inlining, and a distance of a few words.
__attribute__((noinline)) void platform_start(platform_t *platform) {
  volatile uint32_t *end = (uint32_t *)__builtin_frame_address(0) - 16;
  for (volatile uint32_t *word = (uint32_t *)__heap_end; word < end; word++) *word = PAINT;
  (void)platform;
  machine_start();
}

void platform_sleep(void) {
  machine_sleep();
}

size_t platform_receive(platform_stream_t *stream, uint8_t *bytes, size_t capacity) {
  (void)stream;
  return machine_receive(bytes, capacity);
}

size_t platform_send(platform_stream_t *stream, const uint8_t *bytes, size_t length) {
  (void)stream;
  return machine_send(bytes, length);
}

bool platform_connected(platform_stream_t *stream) {
  return !stream->closed; // a client that goes takes the machine along
}

void platform_close(platform_stream_t *stream) {
  stream->closed = true;
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

/** Reads `length` bytes of a file from `offset` on. */
static bool read_file(const char *name, size_t offset, uint8_t *bytes, size_t length) {
  int file = open(name, O_RDONLY);
  if (file < 0) return false;
  bool complete = lseek(file, (off_t)offset, SEEK_SET) == (off_t)offset && read(file, bytes, length) == (ssize_t)length;
  close(file);
  return complete;
}

platform_status_t platform_entropy(platform_t *platform, uint8_t *bytes, size_t length) {
  return read_file(platform->entropy_file, 0, bytes, length) ? PLATFORM_OK : PLATFORM_NO_ENTROPY;
}

uint64_t platform_milliseconds(platform_t *platform) {
  return platform_cycles(platform) / INSTRUCTIONS_PER_MS;
}

uint64_t platform_cycles(platform_t *platform) {
  (void)platform;
  return machine_instructions();
}

// There is no watchdog that would have to know.
void platform_computing(platform_t *platform, uint32_t longest_ms) {
  if (!platform->counting) return;
  uint64_t now = machine_instructions();
  if (longest_ms > 0) {
    platform->computing_since = now;
    return;
  }
  log_line_t line = {0};
  log_text(&line, "instructions ");
  log_number(&line, (uint32_t)(now - platform->computing_since));
  log_write(&line, platform);
}

platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes,
                                     size_t length) {
  (void)platform;
  char name[] = "slot0";
  name[SLOT_NAME_DIGIT] = (char)('0' + slot);
  if (!read_file(name, offset, bytes, length)) memset(bytes, 0, length); // never written
  return PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  (void)platform;
  char name[] = "slot0";
  name[SLOT_NAME_DIGIT] = (char)('0' + slot);
  int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0) return PLATFORM_STORE_ERROR;
  bool complete = write(file, bytes, PLATFORM_SLOT_BYTES) == PLATFORM_SLOT_BYTES;
  return close(file) == 0 && complete ? PLATFORM_OK : PLATFORM_STORE_ERROR;
}

void platform_log(platform_t *platform, const char *line) {
  (void)platform;
  sys_semihost_write0(line);
  sys_semihost_write0("\n");
}

void platform_light(platform_t *platform, platform_light_t light) {
  static const char *const lines[] = {"LED off", "LED on", "LED blinks: fault"};
  platform_log(platform, lines[light]);
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
  return false; // every client finds a fresh machine
}

platform_memory_t platform_memory(platform_t *platform) {
  (void)platform;
  const uint32_t *word = (const uint32_t *)__heap_end;
  while (*word == PAINT) word++;
  return (platform_memory_t){
      .heap_peak = (uint32_t)((char *)sbrk(0) - __heap_start), // free gives nothing back: the break is the peak
      .heap_bytes = (uint32_t)(__heap_end - __heap_start),
      .stack_peak = (uint32_t)(__stack - (const char *)word),
      .stack_bytes = (uint32_t)(__stack - __heap_end),
  };
}
