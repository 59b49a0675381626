// Runs host/c/server/entropy.c over the samples on standard input, a byte each, in readings of 512 bytes as the host
// makes them, until they are used up or refused. Prints what a test wants to know as JSON.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/entropy.h"

static unsigned readings, taken;

static void report(const char *failure, bool wiped, bool refused_again) {
  printf("{\"readings\": %u, \"taken\": %u, \"failure\": \"%s\", \"wiped\": %d, \"refusedAgain\": %d}\n", readings,
         taken, failure, wiped, refused_again);
  exit(0);
}

static uint32_t next_sample(void *context) {
  int sample = getc(context);
  if (sample == EOF) report("", false, false);
  taken++;
  return (uint32_t)sample;
}

int main(void) {
  entropy_t entropy;
  uint8_t bytes[512], zeros[512] = {0};
  entropy_open(&entropy, next_sample, stdin);
  for (;; readings++) {
    memset(bytes, 0xff, sizeof bytes);
    if (entropy_read(&entropy, bytes, sizeof bytes)) continue;
    bool wiped = memcmp(bytes, zeros, sizeof bytes) == 0;
    report(entropy_failure(&entropy), wiped, !entropy_read(&entropy, bytes, 1));
  }
}
