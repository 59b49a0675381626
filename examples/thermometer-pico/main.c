// A thermometer: a Raspberry Pi Pico that says over SSH how warm it is. Its commands, its pins and its loop are this
// file; the SSH server, the device shell and the store with the host key are the library's.

#include "applications/command.h"
#include "hardware/adc.h"
#include "memory_peaks.h"
#include "pico/time.h"
#include "platform_rp2040.h"
#include "server/device.h"

#define SENSOR 4
#define LONGEST_SECONDS 86400

/** Tenths of a degree: 0.706 V at 27 degrees, 1.721 mV less for each degree more (RP2040 datasheet §4.9.5). */
static int32_t measure(void) {
  adc_select_input(SENSOR);
  int32_t microvolts = (int32_t)(adc_read() * 3300000ull / 4096);
  return 270 + (706000 - microvolts) * 10 / 1721;
}

static void write_reading(const command_outcome_t *outcome, output_t *output) {
  int32_t tenths = (int32_t)outcome->values[0];
  uint32_t size = (uint32_t)(tenths < 0 ? -tenths : tenths);
  output_text(output, tenths < 0 ? "-" : "");
  output_decimal(output, size / 10, 0);
  output_text(output, ".");
  output_decimal(output, size % 10, 0);
  output_text(output, " degrees\n");
}

static command_outcome_t run_temperature(const command_call_t *call) {
  (void)call;
  return (command_outcome_t){.write = write_reading, .values = {(uint32_t)measure()}};
}

/** Of watch: `number` is when the next reading is due, in microseconds, and `values[1]` how long each is good, in
 * seconds. */
static command_progress_t next_reading(command_outcome_t *outcome) {
  if (time_us_64() < outcome->number) return COMMAND_LATER;
  outcome->number += outcome->values[1] * 1000000ull;
  outcome->values[0] = (uint32_t)measure();
  outcome->write = write_reading;
  return COMMAND_MORE;
}

static command_outcome_t run_watch(const command_call_t *call) {
  uint32_t seconds;
  if (!command_word_number(call->text, LONGEST_SECONDS, &seconds) || seconds == 0)
    return command_fail(COMMAND_USAGE_ERROR, "how many seconds?");
  command_outcome_t outcome = command_pieces(next_reading); // until Ctrl-C
  outcome.number = time_us_64();
  outcome.values[1] = seconds;
  return outcome;
}

static const command_t entries[] = {
    {"temperature", "temperature", "how warm it is", run_temperature, COMMAND_USERS},
    {"watch", "watch SECONDS", "how warm it is, again and again until Ctrl-C", run_watch, COMMAND_USERS},
};
static const command_table_t commands = {entries, sizeof entries / sizeof *entries, NULL};

int main(void) {
  static platform_t platform;
  static device_t device;
  memory_paint_stack();
  platform_start(&platform);
  adc_init();
  adc_set_temp_sensor_enabled(true);
  device_start(&device, &platform); // makes the host key at the first start
  device.commands = &commands;
  for (;;) {
    platform_turn(&platform);
    bool free = !device_is_serving(&device) && device_can_accept(&device);
    platform_stream_t *stream = free ? platform_next_stream(&platform) : NULL;
    if (stream) device_accept(&device, stream);
    if (!device_step(&device)) platform_sleep();
  }
}
