#include "watchdog.h"

#include <stdatomic.h>

#include "esp_err.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"

#define TICK_US 500000

static esp_task_wdt_user_handle_t user;
/** The timer feeds until then: milliseconds since the start, modulo 2^32. */
static _Atomic uint32_t fed_until_ms;

static uint32_t now_ms(void) {
  return (uint32_t)(esp_timer_get_time() / 1000);
}

// In the timers' thread, whose priority is above the main loop's.
static void tick(void *context) {
  (void)context;
  if ((int32_t)(atomic_load(&fed_until_ms) - now_ms()) > 0) watchdog_feed();
}

void watchdog_start(void) {
  const esp_timer_create_args_t settings = {.callback = tick, .name = "watchdog"};
  esp_timer_handle_t timer;
  ESP_ERROR_CHECK(esp_task_wdt_add_user("sesame", &user));
  ESP_ERROR_CHECK(esp_timer_create(&settings, &timer));
  ESP_ERROR_CHECK(esp_timer_start_periodic(timer, TICK_US));
}

void watchdog_feed(void) {
  esp_task_wdt_reset_user(user);
}

void watchdog_feed_for(uint32_t longest_ms) {
  atomic_store(&fed_until_ms, now_ms() + longest_ms);
}
