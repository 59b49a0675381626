// Raw noise under the health tests of NIST SP 800-90B §4.4. The board says how to take one sample; what passes here
// goes to platform_entropy and is hashed by the transport module. Nothing here makes a bad source look like a good one.

#ifndef SESAME_ENTROPY_H
#define SESAME_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The tests assume that each sample, given all before it, has at least 1/2 bit of min-entropy: its likelier value comes
// with a probability of at most 2^(-1/2) = 0.707. The transport module needs a quarter of that. α = 2^-40 is the
// strictest probability of a false alarm that SP 800-90B recommends.

/** Repetition count test (§4.4.1): as many equal values in a row are refused. 1 + 40 / (1/2). */
#define ENTROPY_REPETITION_CUTOFF 81
/** The repetition test is made at the distances 1 to this one, so that a source that repeats a pattern is refused too.
 */
#define ENTROPY_DISTANCES 16
/** Adaptive proportion test (§4.4.2): length of the window for samples of one bit. */
#define ENTROPY_WINDOW 1024
/** As many equal values in a window are refused: 1 + the critical value of the binomial distribution (ENTROPY_WINDOW,
 * 2^(-1/2)) at 1 - α. Both values are counted, not only the one that the window begins with: it may be the rare one. */
#define ENTROPY_PROPORTION_CUTOFF 824
/** Samples that are tested and thrown away before the first is used (§4.3: at least 1024). */
#define ENTROPY_STARTUP_SAMPLES 1024

/** Takes one sample, 0 or 1. Samples must be so far apart that they are not readings of one state. */
typedef uint32_t entropy_sample_t(void *context);

typedef struct entropy {
  entropy_sample_t *sample;
  void *context;
  /** Samples tested so far; stays at ENTROPY_STARTUP_SAMPLES. */
  uint32_t tested;
  /** The last ENTROPY_DISTANCES samples, the newest in bit 0. */
  uint32_t history;
  /** How many samples in a row, up to the newest, were equal to that at the distance of the index + 1. */
  uint8_t repetitions[ENTROPY_DISTANCES];
  uint32_t window_length, window_ones;
  /** Null while all is well. */
  const char *failure;
} entropy_t;

void entropy_open(entropy_t *entropy, entropy_sample_t *sample, void *context);

/** Fills `bytes` with raw samples, eight a byte. False when the source has failed a test, now or before: the bytes are
 * then zeros, and no later call succeeds. A source that has the assumed entropy fails a reading of 512 bytes with a
 * probability below 2^-23. */
bool entropy_read(entropy_t *entropy, uint8_t *bytes, size_t length);

/** Which test has failed, in words; null when none has. */
const char *entropy_failure(const entropy_t *entropy);

#endif
