// platform.h on ESP-IDF, but for the streams (boards/common/sockets) and the serial port (serial.c).

#include "platform_esp32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/gpio.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs_flash.h"
#include "sdkconfig.h"
#include "watchdog.h"
#include "wipe.h"

// Clients are told in this time (RESTART_NOTICE_MS), and what was sent leaves.
#define RESTART_DELAY_MS 500
#define LED_TICK_US 100000

#define TEXT_OF(number) #number
#define TEXT(macro) TEXT_OF(macro)

const char platform_name[] = CONFIG_IDF_TARGET " (" TEXT(CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ) " MHz)";

// The LED.

static volatile platform_light_t light;

static void show(bool on) {
#ifdef CONFIG_SESAME_LED_ACTIVE_LOW
  on = !on;
#endif
  if (CONFIG_SESAME_LED_GPIO >= 0) gpio_set_level(CONFIG_SESAME_LED_GPIO, on);
}

// Every LED_TICK_US, in the timers' thread, also while the main loop computes.
static void blink(void *context) {
  static bool on;
  (void)context;
  if (light == PLATFORM_LIGHT_FAULT) show(on = !on);
}

static void start_light(void) {
  if (CONFIG_SESAME_LED_GPIO < 0) return;
  const gpio_config_t led = {.pin_bit_mask = 1ull << (CONFIG_SESAME_LED_GPIO & 63), .mode = GPIO_MODE_OUTPUT};
  const esp_timer_create_args_t settings = {.callback = blink, .name = "light"};
  esp_timer_handle_t timer;
  ESP_ERROR_CHECK(gpio_config(&led));
  show(false);
  ESP_ERROR_CHECK(esp_timer_create(&settings, &timer));
  ESP_ERROR_CHECK(esp_timer_start_periodic(timer, LED_TICK_US));
}

void platform_light(platform_t *platform, platform_light_t wanted) {
  (void)platform;
  light = wanted;
  show(wanted != PLATFORM_LIGHT_OFF);
}

// The console.

void platform_log(platform_t *platform, const char *line) {
  (void)platform;
  ESP_LOGI("sesame", "%s", line);
}

static const char *restart_cause(void) {
  switch (esp_reset_reason()) {
  case ESP_RST_PANIC: return "restarted after a processor fault";
  case ESP_RST_INT_WDT:
  case ESP_RST_TASK_WDT:
  case ESP_RST_WDT: return "restarted by the watchdog";
  case ESP_RST_BROWNOUT: return "restarted after the supply voltage had sunk";
  default: return NULL;
  }
}

// Entropy. What esp_random gives has gone through the chip's mixing: the health test finds a register that is stuck or
// repeats itself, and cannot tell noise from what that mixing makes without any.

static uint32_t sample_noise(void *context) {
  platform_t *platform = context;
  if (platform->noise_bits == 0) {
    platform->noise = esp_random();
    platform->noise_bits = 32;
  }
  uint32_t sample = platform->noise & 1;
  platform->noise >>= 1;
  platform->noise_bits--;
  return sample;
}

platform_status_t platform_entropy(platform_t *platform, uint8_t *bytes, size_t length) {
  const char *failure = "the radio, whose noise it is, is off";
  if (platform->radio) {
    if (entropy_read(&platform->entropy, bytes, length)) return PLATFORM_OK;
    failure = entropy_failure(&platform->entropy);
  }
  platform_log(platform, "the random number generator cannot be used:");
  platform_log(platform, failure);
  return PLATFORM_NO_ENTROPY;
}

// Time.

uint64_t platform_milliseconds(platform_t *platform) {
  (void)platform;
  return (uint64_t)esp_timer_get_time() / 1000;
}

// The processor's counter of cycles has 32 bits; timer and processor run from one crystal, so this is exact to the
// microsecond.
uint64_t platform_cycles(platform_t *platform) {
  (void)platform;
  return (uint64_t)esp_timer_get_time() * CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ;
}

void platform_computing(platform_t *platform, uint32_t longest_ms) {
  (void)platform;
  watchdog_feed_for(longest_ms);
}

// The store: each slot is a blob in NVS, which replaces a blob as a whole. A partition that NVS does not understand is
// not erased, for it may hold the host key: the device refuses to work until somebody does (idf.py erase-flash).

static void open_store(platform_t *platform) {
  esp_err_t error = nvs_flash_init();
  if (error == ESP_OK) error = nvs_open("sesame", NVS_READWRITE, &platform->store);
  platform->store_open = error == ESP_OK;
  if (error != ESP_OK) platform_log(platform, esp_err_to_name(error));
}

static const char *const slot_names[PLATFORM_SLOT_COUNT] = {"slot0", "slot1"};

// NVS gives a blob as a whole only, which is no size for a stack.
platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes,
                                     size_t length) {
  if (!platform->store_open) return PLATFORM_STORE_ERROR;
  uint8_t *blob = calloc(1, PLATFORM_SLOT_BYTES);
  if (!blob) return PLATFORM_STORE_ERROR;
  size_t blob_length = PLATFORM_SLOT_BYTES;
  esp_err_t error = nvs_get_blob(platform->store, slot_names[slot], blob, &blob_length);
  memcpy(bytes, blob + offset, length);
  wipe(blob, PLATFORM_SLOT_BYTES);
  free(blob);
  return error == ESP_OK || error == ESP_ERR_NVS_NOT_FOUND ? PLATFORM_OK : PLATFORM_STORE_ERROR;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  if (!platform->store_open) return PLATFORM_STORE_ERROR;
  esp_err_t error = nvs_set_blob(platform->store, slot_names[slot], bytes, PLATFORM_SLOT_BYTES);
  if (error == ESP_OK) error = nvs_commit(platform->store);
  return error == ESP_OK ? PLATFORM_OK : PLATFORM_STORE_ERROR;
}

// The rest.

bool platform_restart(platform_t *platform, platform_restart_t restart) {
  if (restart == PLATFORM_BOOTLOADER) return false; // a strapping pin decides, not the program
  platform->restart_wanted = true;
  platform->restart_at_ms = platform_milliseconds(platform) + RESTART_DELAY_MS;
  return true;
}

platform_memory_t platform_memory(platform_t *platform) {
  (void)platform;
  const uint32_t heap_bytes = heap_caps_get_total_size(MALLOC_CAP_8BIT);
  return (platform_memory_t){
      .heap_peak = heap_bytes - heap_caps_get_minimum_free_size(MALLOC_CAP_8BIT), // ESP-IDF's own heap included
      .heap_bytes = heap_bytes,
      .stack_peak = CONFIG_SESAME_STACK_BYTES - uxTaskGetStackHighWaterMark(NULL),
      .stack_bytes = CONFIG_SESAME_STACK_BYTES,
  };
}

void platform_start(platform_t *platform) {
  watchdog_start();
  start_light();
  const char *cause = restart_cause();
  if (cause) platform_log(platform, cause);
  open_store(platform);
  entropy_open(&platform->entropy, sample_noise, platform);
}

void platform_turn(platform_t *platform) {
  watchdog_feed();
  if (platform->restart_wanted && platform_milliseconds(platform) >= platform->restart_at_ms) esp_restart();
}
