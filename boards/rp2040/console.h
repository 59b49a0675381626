// The serial console: UART0 and USB port 1 are two plugs of one port. What is written goes to both, what arrives at
// either is read. It shows the log until a session opens it as a bridge; the log then waits until the bridge is closed.

#ifndef SESAME_CONSOLE_H
#define SESAME_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void console_start(void);

/** Adds a line to the log, without its end; what finds no room is dropped. */
void console_log(const char *line);

/** Moves the log on; to be called in every turn of the main loop. */
void console_turn(void);

/** Opens the bridge. False, and nothing changed, for a speed that the UART cannot make to within 2 %. */
bool console_bridge_open(uint32_t baud);
size_t console_bridge_receive(uint8_t *bytes, size_t capacity);
/** Takes no more than both plugs have room for; a USB port that nobody has opened does not count. */
size_t console_bridge_send(const uint8_t *bytes, size_t length);
/** Gives the console back to the log as soon as what was taken has been sent. */
void console_bridge_close(void);

#endif
