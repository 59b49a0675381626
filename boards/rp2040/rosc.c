#include "rosc.h"

#include "hardware/structs/rosc.h"
#include "hardware/timer.h"

// 18 to 120 periods of an oscillator that is specified for 1.8 to 12 MHz; pico-sdk's pico_rand waits as long.
#define ROSC_INTERVAL_US 10

uint32_t rosc_sample(void *context) {
  (void)context;
  static uint32_t last_us;
  while (time_us_32() - last_us < ROSC_INTERVAL_US) tight_loop_contents();
  last_us = time_us_32();
  return rosc_hw->randombit & ROSC_RANDOMBIT_BITS;
}
