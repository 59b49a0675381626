#include "watchdog.h"

#include "hardware/structs/watchdog.h"
#include "hardware/watchdog.h"

// In a scratch register, which keeps its value over a restart by the watchdog.
#define FAULT_MARK 0x5e5afa17u

// How many times more the timer interrupt feeds.
static volatile uint32_t feedings;

const char *watchdog_restart_cause(void) {
  bool fault = watchdog_hw->scratch[0] == FAULT_MARK;
  watchdog_hw->scratch[0] = 0;
  if (fault) return "restarted after a processor fault";
  return watchdog_enable_caused_reboot() ? "restarted by the watchdog" : 0;
}

void watchdog_start(void) {
  watchdog_enable(WATCHDOG_TIMEOUT_MS, true);
}

void watchdog_feed(void) {
  watchdog_update();
}

void watchdog_feed_for(uint32_t longest_ms) {
  feedings = longest_ms / WATCHDOG_TICK_MS;
}

void watchdog_tick(void) {
  if (feedings == 0) return;
  feedings--;
  watchdog_update();
}

_Noreturn void watchdog_restart(void) {
  watchdog_reboot(0, 0, 0);
  for (;;) tight_loop_contents();
}

/** Overrides the SDK's handler, which stops for ever. */
void isr_hardfault(void) {
  watchdog_hw->scratch[0] = FAULT_MARK;
  watchdog_restart();
}
