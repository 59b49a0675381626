// The random bit of the RP2040's ring oscillator (datasheet §2.17.5): the source of all entropy.

#ifndef SESAME_ROSC_H
#define SESAME_ROSC_H

#include <stdint.h>

/** One raw bit, at least ROSC_INTERVAL_US after the one before; an `entropy_sample_t`. */
uint32_t rosc_sample(void *context);

#endif
