#include "server/entropy.h"

#include <string.h>

#include "wipe.h"

void entropy_open(entropy_t *entropy, entropy_sample_t *sample, void *context) {
  memset(entropy, 0, sizeof *entropy);
  entropy->sample = sample;
  entropy->context = context;
}

static void test_repetition(entropy_t *entropy, uint32_t sample) {
  for (uint32_t distance = 1; distance <= ENTROPY_DISTANCES && distance <= entropy->tested; distance++) {
    uint8_t *repetitions = &entropy->repetitions[distance - 1];
    *repetitions = sample == (entropy->history >> (distance - 1) & 1) ? *repetitions + 1 : 0;
    if (*repetitions >= ENTROPY_REPETITION_CUTOFF - 1) entropy->failure = "the samples repeat themselves";
  }
}

static void test_proportion(entropy_t *entropy, uint32_t sample) {
  if (entropy->window_length == ENTROPY_WINDOW) entropy->window_length = entropy->window_ones = 0;
  entropy->window_length++;
  entropy->window_ones += sample;
  const uint32_t zeros = entropy->window_length - entropy->window_ones;
  if (entropy->window_ones >= ENTROPY_PROPORTION_CUTOFF || zeros >= ENTROPY_PROPORTION_CUTOFF)
    entropy->failure = "one value is far more frequent";
}

static uint32_t tested_sample(entropy_t *entropy) {
  uint32_t sample = entropy->sample(entropy->context) & 1;
  test_repetition(entropy, sample);
  test_proportion(entropy, sample);
  entropy->history = entropy->history << 1 | sample;
  if (entropy->tested < ENTROPY_STARTUP_SAMPLES) entropy->tested++;
  return sample;
}

bool entropy_read(entropy_t *entropy, uint8_t *bytes, size_t length) {
  while (entropy->tested < ENTROPY_STARTUP_SAMPLES && !entropy->failure) tested_sample(entropy);
  for (size_t i = 0; i < length && !entropy->failure; i++) {
    uint32_t byte = 0;
    for (int bit = 0; bit < 8; bit++) byte = byte << 1 | tested_sample(entropy);
    bytes[i] = (uint8_t)byte;
  }
  entropy->history &= (1u << ENTROPY_DISTANCES) - 1; // what was handed out is kept only as long as the tests need it
  if (entropy->failure) wipe(bytes, length);
  return !entropy->failure;
}

const char *entropy_failure(const entropy_t *entropy) {
  return entropy->failure;
}
