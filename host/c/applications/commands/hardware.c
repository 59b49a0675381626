// led, uart, reboot and bootsel: see tables.h.

#include "applications/commands/tables.h"
#include "server/device.h"

#define DEFAULT_BAUD 115200
#define MOST_BAUD 9999999
/** Between a command that restarts the device and the word to all clients that it does: whoever gave the command takes
 * its status and leaves. The platform restarts later. */
#define RESTART_NOTICE_MS 200

static command_outcome_t run_led(const command_call_t *call) {
  device_t *device = call->scope.device;
  bool on = command_word_is(call->text, "on");
  if (on || command_word_is(call->text, "off")) {
    device->led = on;
    platform_light(device->platform, on ? PLATFORM_LIGHT_ON : PLATFORM_LIGHT_OFF);
  } else if (call->text.length > 0) {
    return command_fail(COMMAND_USAGE_ERROR, "on or off");
  }
  return command_print(device->led ? "LED on\n" : "LED off\n");
}

static void write_bridge(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "serial port at ");
  output_decimal(output, outcome->number, 0);
  output_text(output, " baud; Ctrl-] leaves\n");
}

static command_outcome_t run_uart(const command_call_t *call) {
  device_t *device = call->scope.device;
  uint32_t baud = DEFAULT_BAUD;
  if (call->text.length > 0 && (!command_word_number(call->text, MOST_BAUD, &baud) || baud == 0))
    return command_fail(COMMAND_USAGE_ERROR, "the baud rate is a number from 1 to 9999999");
  if (device->bridged) return command_fail(COMMAND_FAILED, "another session has the serial port");
  switch (platform_serial_open(device->platform, baud)) {
  case PLATFORM_SERIAL_OPEN: break;
  case PLATFORM_SERIAL_NONE: return command_fail(COMMAND_FAILED, "this board has no serial port");
  case PLATFORM_SERIAL_NO_SPEED: return command_fail(COMMAND_FAILED, "the serial port has no such speed");
  case PLATFORM_SERIAL_GONE: return command_fail(COMMAND_FAILED, "the serial port cannot be opened; is it plugged in?");
  }
  device->bridged = true;
  return (command_outcome_t){
      .next = COMMAND_NEXT_BRIDGE, .write = call->terminal ? write_bridge : NULL, .number = baud};
}

static command_outcome_t restart(const command_call_t *call, platform_restart_t how, const char *text) {
  device_t *device = call->scope.device;
  if (!platform_restart(device->platform, how))
    return command_fail(COMMAND_FAILED, "this board cannot be restarted so");
  device->notice_ms = platform_milliseconds(device->platform) + RESTART_NOTICE_MS;
  command_outcome_t outcome = command_print(text);
  outcome.next = COMMAND_NEXT_EXIT;
  return outcome;
}

static command_outcome_t run_reboot(const command_call_t *call) {
  return restart(call, PLATFORM_REBOOT, "restarting\n");
}

static command_outcome_t run_bootsel(const command_call_t *call) {
  return restart(call, PLATFORM_BOOTLOADER, "restarting to be flashed\n");
}

static const command_t entries[] = {
    {"led", "led on|off", "switches the LED; alone: says how it is", run_led, COMMAND_USERS},
    {"uart", "uart [BAUD]", "connects this session to the serial port", run_uart, COMMAND_ADMINISTRATORS},
    {"reboot", "reboot", "restarts the device", run_reboot, COMMAND_ADMINISTRATORS},
    {"bootsel", "bootsel", "restarts the device so that it can be flashed", run_bootsel, COMMAND_ADMINISTRATORS},
};

const command_table_t hardware_commands = {entries, sizeof entries / sizeof *entries, NULL};
