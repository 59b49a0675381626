// What differs between the machines that QEMU emulates: registers. One file per machine implements it, and names the
// platform.

#ifndef SESAME_MACHINE_H
#define SESAME_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/** Starts the serial port and the counter. */
void machine_start(void);

/** The serial port's bytes; both return at once, with how many were moved. */
size_t machine_receive(uint8_t *bytes, size_t capacity);
size_t machine_send(const uint8_t *bytes, size_t length);

/**
 * Instructions since the start: with -icount shift=0 one of them takes a nanosecond of the machine's time. Time asleep
 * counts too. To be called at least once in two minutes.
 */
uint64_t machine_instructions(void);

/** Sleeps until a byte has arrived, a second at most. */
void machine_sleep(void);

#endif
