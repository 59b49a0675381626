// Drives host/c/store.c against slots that lose power: at every byte of a write, with whatever may be left behind the
// cut. Says on standard output what it has tried; exit code 1 and a line on standard error at the first record that is
// lost.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

#define NO_CUT (-1)
#define GARBAGE_SLOTS 2000

struct platform {
  uint8_t slots[PLATFORM_SLOT_COUNT][PLATFORM_SLOT_BYTES];
  /** How many bytes of the next write arrive; NO_CUT: all. */
  int cut_at;
  /** What stands behind the cut. */
  enum { OLD, ERASED, NOISE } behind;
  unsigned last_written;
};

static uint32_t state = 1;

static uint8_t noise(void) {
  state = state * 1664525 + 1013904223;
  return (uint8_t)(state >> 24);
}

platform_status_t platform_slot_read(platform_t *platform, unsigned slot, uint8_t *bytes) {
  memcpy(bytes, platform->slots[slot], PLATFORM_SLOT_BYTES);
  return PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  int end = platform->cut_at == NO_CUT ? PLATFORM_SLOT_BYTES : platform->cut_at;
  uint8_t *place = platform->slots[slot];
  platform->last_written = slot;
  memcpy(place, bytes, (size_t)end);
  for (int i = end; i < PLATFORM_SLOT_BYTES && platform->behind != OLD; i++) {
    place[i] = platform->behind == ERASED ? 0xff : noise();
  }
  return PLATFORM_OK;
}

static void require(bool condition, const char *what, int number) {
  if (condition) return;
  fprintf(stderr, "%s (%d)\n", what, number);
  exit(1);
}

static store_record_t make_record(uint8_t content) {
  store_record_t record = {.credentials_length = content};
  memset(record.host_key, content, sizeof record.host_key);
  memset(record.credentials, content, content);
  return record;
}

static bool holds(const store_t *store, uint8_t content) {
  store_record_t record = make_record(content);
  return store->present && memcmp(&store->record, &record, sizeof record) == 0;
}

/** The store of a device that starts. */
static store_t reopen(platform_t *platform) {
  store_t store;
  require(store_open(&store, platform) == PLATFORM_OK, "the store does not open", 0);
  return store;
}

static void replace(store_t *store, uint8_t content) {
  store_record_t record = make_record(content);
  require(store_replace(store, &record) == PLATFORM_OK, "a record is not replaced", content);
  require(holds(store, content), "the record is not in force", content);
}

static platform_t fresh(void) {
  platform_t platform = {.cut_at = NO_CUT};
  memset(platform.slots, 0xff, sizeof platform.slots);
  return platform;
}

/** Cuts the write that follows `records` of them at `cut_at`; the old record or the new one is there afterwards. */
static void cut(uint8_t records, int cut_at, int behind) {
  platform_t platform = fresh();
  store_t store = reopen(&platform);
  for (uint8_t content = 1; content <= records; content++) replace(&store, content);
  platform.cut_at = cut_at;
  platform.behind = behind;
  store_record_t record = make_record((uint8_t)(records + 1));
  bool replaced = store_replace(&store, &record) == PLATFORM_OK;
  require(records == 0 || replaced || holds(&store, records), "a failed write takes the record out of force", cut_at);
  store = reopen(&platform);
  bool is_new = holds(&store, (uint8_t)(records + 1));
  bool is_old = records == 0 ? !store.present : holds(&store, records);
  require(is_new || is_old, "neither the old nor the new record", cut_at);
  require(!replaced || is_new, "a record in force is gone", cut_at);
  platform.cut_at = NO_CUT;
  replace(&store, 9);
  store = reopen(&platform);
  require(holds(&store, 9), "the next record is lost", cut_at);
}

int main(void) {
  int cuts = 0;
  for (uint8_t records = 0; records <= 3; records++) {
    for (int cut_at = 0; cut_at <= PLATFORM_SLOT_BYTES; cut_at++) {
      for (int behind = OLD; behind <= NOISE; behind++, cuts++) cut(records, cut_at, behind);
    }
  }

  for (int i = 0; i < GARBAGE_SLOTS; i++) {
    platform_t platform = fresh();
    for (unsigned at = 0; at < PLATFORM_SLOT_BYTES; at++) platform.slots[i % PLATFORM_SLOT_COUNT][at] = noise();
    require(!reopen(&platform).present, "garbage is taken for a record", i);
  }

  // every bit of a record in force, the other slot empty
  int bits = 0;
  for (; bits < 8 * PLATFORM_SLOT_BYTES; bits++) {
    platform_t platform = fresh();
    store_t store = reopen(&platform);
    replace(&store, 5);
    platform.slots[store.slot][bits / 8] ^= (uint8_t)(1 << bits % 8);
    require(!reopen(&platform).present, "a damaged record is taken for a valid one", bits);
  }

  // the sequence number wraps; the slot in force is never the one that is written
  platform_t platform = fresh();
  store_t store = reopen(&platform);
  replace(&store, 1);
  store.sequence = UINT32_MAX - 2;
  for (uint8_t content = 2; content < 9; content++) {
    unsigned in_force = store.slot;
    replace(&store, content);
    require(platform.last_written != in_force, "the slot in force was overwritten", content);
    if (content < 4) continue; // the first slot has still the low number
    store_t reopened = reopen(&platform);
    require(holds(&reopened, content), "the newer record is not found", content);
  }

  printf("%d cuts, %d slots of garbage, %d bits\n", cuts, GARBAGE_SLOTS, bits);
  return 0;
}
