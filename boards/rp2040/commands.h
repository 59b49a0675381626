// What the Pico's pins are good for, as commands of the device shell: gpio, adc, i2c.

#ifndef SESAME_RP2040_COMMANDS_H
#define SESAME_RP2040_COMMANDS_H

#include "applications/command.h"

extern const command_table_t rp2040_commands;

#endif
