// The firmware of the Raspberry Pi Pico: one client at a time, on USB port 0.
//
// Everything but USB, the console's bytes and the clock happens in this loop. Interrupts wake it: USB, UART, and a
// timer ten times a second, so that time limits are noticed.

#include "commands.h"
#include "memory_peaks.h"
#include "platform_rp2040.h"
#include "server/device.h"

int main(void) {
  static platform_t platform;
  static device_t device;
  memory_paint_stack();
  platform_start(&platform);
  device_start(&device, &platform); // on a fault the loop runs nevertheless: console, LED, and no clients
  device.commands = &rp2040_commands;
  for (;;) {
    platform_turn(&platform);
    // nobody gives way to a client who opens the port: whoever had it before has closed it, and its connection ends
    // first
    if (!device_is_serving(&device) && device_can_accept(&device)) {
      platform_stream_t *stream = platform_next_stream(&platform);
      if (stream) device_accept(&device, stream);
    }
    if (!device_step(&device)) platform_sleep();
  }
}
