// platform.h on Linux, but for the streams (boards/common/sockets): getrandom, the store as two files, a terminal
// device as the serial port.

#define _GNU_SOURCE

#include "platform_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

const char platform_name[] = "Linux";

void linux_init(platform_t *platform, const char *state_path, const char *serial_path) {
  *platform = (platform_t){.state_path = state_path, .serial_path = serial_path, .serial = -1};
}

// Entropy and time.

static uint64_t nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

platform_status_t platform_entropy(platform_t *platform, uint8_t *bytes, size_t length) {
  (void)platform;
  while (length > 0) {
    ssize_t filled = getrandom(bytes, length, 0);
    if (filled < 0 && errno == EINTR) continue;
    if (filled <= 0) return PLATFORM_NO_ENTROPY;
    bytes += filled;
    length -= (size_t)filled;
  }
  return PLATFORM_OK;
}

uint64_t platform_milliseconds(platform_t *platform) {
  (void)platform;
  return nanoseconds(CLOCK_MONOTONIC) / 1000000;
}

uint64_t platform_cycles(platform_t *platform) {
  (void)platform;
  return nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
}

void platform_computing(platform_t *platform, uint32_t longest_ms) {
  (void)platform;
  (void)longest_ms;
}

// The store.

/** Makes the folder and those above it; only the owner may look into them. */
static bool make_folder(const char *path) {
  char partial[PATH_MAX];
  size_t length = strlen(path);
  if (length >= sizeof partial) return false;
  memcpy(partial, path, length + 1);
  for (char *end = partial + 1; *end; end++) {
    if (*end != '/') continue;
    *end = 0;
    if (mkdir(partial, 0700) != 0 && errno != EEXIST) return false;
    *end = '/';
  }
  return mkdir(partial, 0700) == 0 || errno == EEXIST;
}

static int open_slot(const platform_t *platform, unsigned slot, int flags) {
  char path[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s/slot%u", platform->state_path, slot);
  if (length < 0 || (size_t)length >= sizeof path) return -1;
  return open(path, flags | O_CLOEXEC, 0600);
}

platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes,
                                     size_t length) {
  memset(bytes, 0xff, length);
  int file = open_slot(platform, slot, O_RDONLY);
  if (file < 0) return errno == ENOENT ? PLATFORM_OK : PLATFORM_STORE_ERROR;
  ssize_t count = pread(file, bytes, length, (off_t)offset);
  close(file);
  return count < 0 ? PLATFORM_STORE_ERROR : PLATFORM_OK;
}

/** A file that was made is not safe before its folder is. */
static bool sync_folder(const char *path) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool synced = folder >= 0 && fsync(folder) == 0;
  if (folder >= 0) close(folder);
  return synced;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  if (!make_folder(platform->state_path)) return PLATFORM_STORE_ERROR;
  int file = open_slot(platform, slot, O_WRONLY | O_CREAT);
  if (file < 0) return PLATFORM_STORE_ERROR;
  bool written = pwrite(file, bytes, PLATFORM_SLOT_BYTES, 0) == PLATFORM_SLOT_BYTES && fsync(file) == 0;
  close(file);
  return written && sync_folder(platform->state_path) ? PLATFORM_OK : PLATFORM_STORE_ERROR;
}

// The console and the LED.

/** Whoever reads the log may have gone or stand still, and its disk may be full: the line is lost, and nobody waits. */
void platform_log(platform_t *platform, const char *line) {
  (void)platform;
  struct pollfd log = {.fd = STDERR_FILENO, .events = POLLOUT};
  if (poll(&log, 1, 0) == 1) dprintf(STDERR_FILENO, "%s\n", line);
}

void platform_light(platform_t *platform, platform_light_t light) {
  (void)platform;
  (void)light;
}

// The serial port.

static const struct {
  uint32_t baud;
  speed_t speed;
} SPEEDS[] = {
    {1200, B1200},   {2400, B2400},     {4800, B4800},     {9600, B9600},     {19200, B19200},   {38400, B38400},
    {57600, B57600}, {115200, B115200}, {230400, B230400}, {460800, B460800}, {921600, B921600},
};

static bool set_raw(int serial, speed_t speed) {
  struct termios settings;
  if (tcgetattr(serial, &settings) != 0) return false;
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  return cfsetspeed(&settings, speed) == 0 && tcsetattr(serial, TCSANOW, &settings) == 0;
}

static bool find_speed(uint32_t baud, speed_t *speed) {
  for (size_t i = 0; i < sizeof SPEEDS / sizeof SPEEDS[0]; i++) {
    *speed = SPEEDS[i].speed;
    if (SPEEDS[i].baud == baud) return true;
  }
  return false;
}

platform_serial_status_t platform_serial_open(platform_t *platform, uint32_t baud) {
  speed_t speed;
  if (!platform->serial_path) return PLATFORM_SERIAL_NONE;
  if (!find_speed(baud, &speed)) return PLATFORM_SERIAL_NO_SPEED;
  int serial = open(platform->serial_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (serial < 0) return PLATFORM_SERIAL_GONE;
  if (!set_raw(serial, speed)) {
    close(serial);
    return PLATFORM_SERIAL_GONE;
  }
  platform->serial = serial;
  platform->serial_empty = platform->serial_blocked = platform->serial_gone = false;
  return PLATFORM_SERIAL_OPEN;
}

short linux_serial_awaited(const platform_t *platform) {
  if (platform->serial < 0 || platform->serial_gone) return 0;
  return (short)((platform->serial_empty ? POLLIN : 0) | (platform->serial_blocked ? POLLOUT : 0));
}

static bool would_block(void) {
  return errno == EAGAIN || errno == EINTR;
}

size_t platform_serial_receive(platform_t *platform, uint8_t *bytes, size_t capacity) {
  platform->serial_empty = false;
  if (capacity == 0 || platform->serial_gone) return 0;
  ssize_t length = read(platform->serial, bytes, capacity);
  if (length > 0) return (size_t)length;
  platform->serial_empty = true;
  platform->serial_gone = length == 0 || !would_block();
  return 0;
}

size_t platform_serial_send(platform_t *platform, const uint8_t *bytes, size_t length) {
  if (platform->serial_gone) return 0;
  ssize_t taken = write(platform->serial, bytes, length);
  if (taken < 0 && !would_block()) platform->serial_gone = true;
  platform->serial_blocked = taken < (ssize_t)length;
  return taken > 0 ? (size_t)taken : 0;
}

bool platform_serial_connected(platform_t *platform) {
  return !platform->serial_gone;
}

void platform_serial_close(platform_t *platform) {
  if (platform->serial >= 0) close(platform->serial);
  platform->serial = -1;
}

// What a process leaves to its machine.

bool platform_restart(platform_t *platform, platform_restart_t restart) {
  (void)platform;
  (void)restart;
  return false;
}

platform_memory_t platform_memory(platform_t *platform) {
  (void)platform;
  return (platform_memory_t){0};
}
