#include "platform_rp2040.h"

#include "console.h"
#include "hardware/clocks.h"
#include "hardware/gpio.h"
#include "hardware/sync.h"
#include "pico/bootrom.h"
#include "pico/time.h"
#include "rosc.h"
#include "server/log.h"
#include "usb.h"
#include "watchdog.h"
#include "wiring.h"

// Clients are told in this time (RESTART_NOTICE_MS), and what was sent leaves: 1,024 bytes by USB.
#define RESTART_DELAY_MS 500

const char platform_name[] = "Raspberry Pi Pico (RP2040, 125 MHz)";

static volatile platform_light_t light;

// Every WATCHDOG_TICK_MS, in an interrupt, also while the main loop computes.
static bool tick(repeating_timer_t *timer) {
  (void)timer;
  watchdog_tick();
  if (light == PLATFORM_LIGHT_FAULT) gpio_xor_mask(1u << WIRING_LED_PIN);
  return true;
}

void platform_start(platform_t *platform) {
  static repeating_timer_t timer;
  const char *restart_cause = watchdog_restart_cause();
  watchdog_start();
  gpio_init(WIRING_LED_PIN);
  gpio_set_dir(WIRING_LED_PIN, GPIO_OUT);
  console_start();
  if (restart_cause) console_log(restart_cause);
  add_repeating_timer_ms(-WATCHDOG_TICK_MS, tick, NULL, &timer);
  entropy_open(&platform->entropy, rosc_sample, NULL);
  usb_start();
}

platform_stream_t *platform_next_stream(platform_t *platform) {
  const uint32_t client = usb_client();
  if (client == 0 || client == platform->stream.client) return NULL;
  platform->stream.client = client;
  return &platform->stream;
}

static void restart(platform_restart_t kind) {
  if (kind == PLATFORM_BOOTLOADER) reset_usb_boot(1u << WIRING_LED_PIN, 0);
  watchdog_restart();
}

void platform_turn(platform_t *platform) {
  watchdog_feed();
  console_turn();
  if (platform->restart_wanted && platform_milliseconds(platform) >= platform->restart_at_ms)
    restart(platform->restart);
}

void platform_sleep(void) {
  __wfe(); // not WFI: an interrupt that came since the loop last looked must end the sleep, too
}

size_t platform_receive(platform_stream_t *stream, uint8_t *bytes, size_t capacity) {
  return usb_receive(stream->client, bytes, capacity);
}

size_t platform_send(platform_stream_t *stream, const uint8_t *bytes, size_t length) {
  return usb_send(stream->client, bytes, length);
}

bool platform_connected(platform_stream_t *stream) {
  return usb_client() == stream->client;
}

void platform_close(platform_stream_t *stream) {
  usb_close(stream->client);
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
  if (entropy_read(&platform->entropy, bytes, length)) return PLATFORM_OK;
  log_line_t line = {0};
  log_text(&line, "ring oscillator: ");
  log_text(&line, entropy_failure(&platform->entropy));
  log_write(&line, platform);
  return PLATFORM_NO_ENTROPY;
}

uint64_t platform_milliseconds(platform_t *platform) {
  (void)platform;
  return time_us_64() / 1000;
}

// The processor has no counter of cycles that is wide enough; timer and processor run from one crystal, so this is
// exact to the microsecond.
uint64_t platform_cycles(platform_t *platform) {
  (void)platform;
  return time_us_64() * (clock_get_hz(clk_sys) / 1000000);
}

void platform_computing(platform_t *platform, uint32_t longest_ms) {
  (void)platform;
  watchdog_feed_for(longest_ms);
}

void platform_log(platform_t *platform, const char *line) {
  (void)platform;
  console_log(line);
}

void platform_light(platform_t *platform, platform_light_t wanted) {
  (void)platform;
  light = wanted;
  gpio_put(WIRING_LED_PIN, wanted != PLATFORM_LIGHT_OFF);
}

platform_serial_status_t platform_serial_open(platform_t *platform, uint32_t baud) {
  (void)platform;
  return console_bridge_open(baud) ? PLATFORM_SERIAL_OPEN : PLATFORM_SERIAL_NO_SPEED;
}

size_t platform_serial_receive(platform_t *platform, uint8_t *bytes, size_t capacity) {
  (void)platform;
  return console_bridge_receive(bytes, capacity);
}

size_t platform_serial_send(platform_t *platform, const uint8_t *bytes, size_t length) {
  (void)platform;
  return console_bridge_send(bytes, length);
}

bool platform_serial_connected(platform_t *platform) {
  (void)platform;
  return true;
}

void platform_serial_close(platform_t *platform) {
  (void)platform;
  console_bridge_close();
}

bool platform_restart(platform_t *platform, platform_restart_t restart) {
  platform->restart_wanted = true;
  platform->restart = restart;
  platform->restart_at_ms = platform_milliseconds(platform) + RESTART_DELAY_MS;
  return true;
}
