// A machine for one client, who is there from the start to the end of the connection.
//
// Arguments: the file from which entropy is read, and `count`, with which every call into a module is logged with its
// instructions.

#include <stdlib.h>
#include <string.h>

#include "platform_qemu.h"
#include "server/device.h"

#define NO_HOST_KEY 1

int main(int argc, char **argv) {
  static platform_t platform;
  static device_t device;
  platform_start(&platform);
  platform.entropy_file = argc > 1 ? argv[1] : "/dev/urandom";
  platform.counting = argc > 2 && strcmp(argv[2], "count") == 0;
  if (!device_start(&device, &platform)) exit(NO_HOST_KEY);
  device_accept(&device, &platform.stream);
  while (platform_connected(&platform.stream)) {
    if (!device_step(&device)) platform_sleep();
  }
  exit(EXIT_SUCCESS);
}
