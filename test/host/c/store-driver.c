// Drives host/c/store/store.c and the credentials in it (host/c/store/credentials.c) against slots that lose power, at
// every byte of a write and with whatever may be left behind the cut, that cannot be read, and without memory. Says on
// standard output what it has tried; exit code 1 and a line on standard error at the first record that is lost.
//
// Compiled with calloc=driver_calloc and free=driver_free: memory that is freed must have been wiped.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules/embedded.h"
#include "modules/userauth.h"
#include "store/credentials.h"
#include "store/store.h"

#undef calloc
#undef free
void *calloc(size_t count, size_t size);
void free(void *bytes);

#define NEVER (-1)
#define GARBAGE_SLOTS 2000
#define LENGTH_AT (12 + STORE_HOST_KEY_BYTES)
#define CREDENTIALS_AT (LENGTH_AT + 4)
#define REGION_BYTES 300
#define RECORD_BYTES 49
/** Credentials that are not embedded any more. */
#define OTHER_ID 1

struct platform {
  uint8_t slots[PLATFORM_SLOT_COUNT][PLATFORM_SLOT_BYTES];
  /** How many bytes of the next write arrive; NEVER: all. */
  int cut_at;
  /** What stands behind the cut. */
  enum { OLD, ERASED, NOISE } behind;
  /** How many reads succeed before one does not; NEVER: all. */
  int reads;
  unsigned last_written, writes;
};

const userauth_build_t embedded_userauth_build = USERAUTH_BUILD_FULL;
const uint8_t embedded_credentials[REGION_BYTES] = {1, 2, 3, [REGION_BYTES - 1] = 4};
const uint32_t embedded_credentials_length = REGION_BYTES;
const uint32_t embedded_credentials_id = 4;
/** Less than the store has: a module with more room may have been there before. */
const uint32_t embedded_credentials_capacity = STORE_CREDENTIALS_CAPACITY / 2;
const embedded_hash_limit_t embedded_hash_limit = {.iterations = 1000, .blocks = 4000};

static uint32_t state = 1;
static bool no_memory;
static void *allocated;

static void require(bool condition, const char *what, int number) {
  if (condition) return;
  fprintf(stderr, "%s (%d)\n", what, number);
  exit(1);
}

static uint8_t noise(void) {
  state = state * 1664525 + 1013904223;
  return (uint8_t)(state >> 24);
}

/** There is never more than one draft. */
void *driver_calloc(size_t count, size_t size) {
  require(!allocated && count * size == PLATFORM_SLOT_BYTES, "memory of another size, or twice", (int)(count * size));
  return allocated = no_memory ? NULL : calloc(count, size);
}

void driver_free(void *bytes) {
  for (size_t i = 0; bytes && i < PLATFORM_SLOT_BYTES; i++) {
    require(((uint8_t *)bytes)[i] == 0, "memory is freed that was not wiped", (int)i);
  }
  free(bytes);
  allocated = NULL;
}

bool userauth_serves(platform_t *platform, const uint8_t *region, uint32_t length) {
  (void)platform;
  (void)region;
  (void)length;
  return true;
}

platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes,
                                     size_t length) {
  require(offset <= PLATFORM_SLOT_BYTES && length <= PLATFORM_SLOT_BYTES - offset, "a read beyond the slot",
          (int)offset);
  if (platform->reads == 0) return PLATFORM_STORE_ERROR;
  if (platform->reads > 0) platform->reads--;
  memcpy(bytes, platform->slots[slot] + offset, length);
  return PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  int end = platform->cut_at == NEVER ? PLATFORM_SLOT_BYTES : platform->cut_at;
  uint8_t *place = platform->slots[slot];
  platform->last_written = slot;
  platform->writes++;
  memcpy(place, bytes, (size_t)end);
  for (int i = end; i < PLATFORM_SLOT_BYTES && platform->behind != OLD; i++) {
    place[i] = platform->behind == ERASED ? 0xff : noise();
  }
  return PLATFORM_OK;
}

static platform_t fresh(void) {
  platform_t platform = {.cut_at = NEVER, .reads = NEVER};
  memset(platform.slots, 0xff, sizeof platform.slots);
  return platform;
}

/** The store of a device that starts. */
static store_t reopen(platform_t *platform) {
  store_t store;
  require(store_open(&store, platform) == PLATFORM_OK, "the store does not open", 0);
  return store;
}

// ---- records: each is made of one number ----

static uint32_t length_of(uint8_t content) {
  return content == UINT8_MAX ? STORE_CREDENTIALS_CAPACITY : 13u * content;
}

static bool is_filled(const uint8_t *bytes, size_t length, uint8_t content) {
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] != content) return false;
  }
  return true;
}

static bool holds(const store_t *store, uint8_t content) {
  uint8_t host_key[STORE_HOST_KEY_BYTES], credentials[STORE_CREDENTIALS_CAPACITY];
  return store->present && store->credentials_base == content && store->credentials_length == length_of(content) &&
         store_read_host_key(store, host_key) == PLATFORM_OK && is_filled(host_key, sizeof host_key, content) &&
         store_read_credentials(store, credentials) == PLATFORM_OK &&
         is_filled(credentials, length_of(content), content);
}

static bool try_replace(store_t *store, uint8_t content) {
  store_draft_t draft;
  if (!store_draft(store, &draft)) return false;
  memset(draft.host_key, content, STORE_HOST_KEY_BYTES);
  memset(draft.credentials, content, length_of(content));
  draft.credentials_base = content;
  draft.credentials_length = length_of(content);
  return store_commit(store, &draft) == PLATFORM_OK;
}

static void replace(store_t *store, uint8_t content) {
  require(try_replace(store, content), "a record is not replaced", content);
  require(holds(store, content), "the record is not in force", content);
}

// ---- the store ----

/** Cuts the write that follows `records` of them at `cut_at`; the old record or the new one is there afterwards. */
static void cut(uint8_t records, int cut_at, int behind) {
  platform_t platform = fresh();
  store_t store = reopen(&platform);
  for (uint8_t content = 1; content <= records; content++) replace(&store, content);
  platform.cut_at = cut_at;
  platform.behind = behind;
  bool replaced = try_replace(&store, (uint8_t)(records + 1));
  require(records == 0 || replaced || holds(&store, records), "a failed write takes the record out of force", cut_at);
  store = reopen(&platform);
  bool is_new = holds(&store, (uint8_t)(records + 1));
  bool is_old = records == 0 ? !store.present : holds(&store, records);
  require(is_new || is_old, "neither the old nor the new record", cut_at);
  require(!replaced || is_new, "a record in force is gone", cut_at);
  platform.cut_at = NEVER;
  replace(&store, 9);
  store = reopen(&platform);
  require(holds(&store, 9), "the next record is lost", cut_at);
}

static int cut_everywhere(void) {
  int cuts = 0;
  for (uint8_t records = 0; records <= 3; records++) {
    for (int cut_at = 0; cut_at <= PLATFORM_SLOT_BYTES; cut_at++) {
      for (int behind = OLD; behind <= NOISE; behind++, cuts++) cut(records, cut_at, behind);
    }
  }
  return cuts;
}

/** Noise; every other slot looks like a record but for the checksum. */
static void open_garbage(void) {
  for (int i = 0; i < GARBAGE_SLOTS; i++) {
    platform_t platform = fresh();
    uint8_t *slot = platform.slots[i / 2 % PLATFORM_SLOT_COUNT];
    for (unsigned at = 0; at < PLATFORM_SLOT_BYTES; at++) slot[at] = noise();
    if (i % 2) {
      memcpy(slot, "SES2", 4);
      memcpy(slot + LENGTH_AT, (uint8_t[]){noise(), noise() % 16, 0, 0}, 4);
    }
    require(!reopen(&platform).present, "garbage is taken for a record", i);
  }
}

/** Every bit of a slot in force, the other slot empty. Behind the record there is nothing to damage. */
static int flip_bits(void) {
  int bits = 0, end = 8 * (int)(CREDENTIALS_AT + length_of(5) + 4);
  for (; bits < 8 * PLATFORM_SLOT_BYTES; bits++) {
    platform_t platform = fresh();
    store_t store = reopen(&platform);
    replace(&store, 5);
    platform.slots[store.slot][bits / 8] ^= (uint8_t)(1 << bits % 8);
    store = reopen(&platform);
    if (bits < end)
      require(!store.present, "a damaged record is taken for a valid one", bits);
    else
      require(holds(&store, 5), "what stands behind a record counts", bits);
  }
  return bits;
}

/** The sequence number wraps; the slot in force is never the one that is written. */
static void wrap(void) {
  platform_t platform = fresh();
  store_t store = reopen(&platform);
  replace(&store, 1);
  store.sequence = UINT32_MAX - 2;
  for (uint8_t content = 2; content < 9; content++) {
    unsigned in_force = store.slot;
    uint32_t sequence = store.sequence;
    replace(&store, content);
    require(platform.last_written != in_force, "the slot in force was overwritten", content);
    require(store.sequence != sequence, "another record has the same number", content);
    if (content < 4) continue; // the first slot has still the low number
    store_t reopened = reopen(&platform);
    require(holds(&reopened, content), "the newer record is not found", content);
  }
}

/** A read that fails anywhere is reported, and leaves the record in force. */
static int fail_reads(void) {
  int failures = 0;
  platform_t platform = fresh();
  store_t store = reopen(&platform), other;
  replace(&store, 7);
  for (int reads = 0;; reads++, failures++) {
    platform.reads = reads;
    if (store_open(&other, &platform) == PLATFORM_OK) break;
  }
  for (int reads = 0;; reads++, failures++) {
    platform.reads = reads;
    if (try_replace(&store, 8)) break;
    platform.reads = NEVER;
    require(holds(&store, 7), "a read that fails takes the record out of force", reads);
  }
  platform.reads = NEVER;
  require(holds(&store, 8), "the record is not in force", 8);
  uint8_t bytes[STORE_CREDENTIALS_CAPACITY];
  platform.reads = 0;
  require(store_read_host_key(&store, bytes) != PLATFORM_OK, "a host key that cannot be read is returned", 0);
  require(store_read_credentials(&store, bytes) != PLATFORM_OK, "credentials that cannot be read are returned", 0);
  return failures;
}

/** Of IEEE 802.3. */
static uint32_t crc32(const uint8_t *bytes, size_t length) {
  uint32_t remainder = UINT32_MAX;
  for (size_t i = 0; i < 8 * length; i++) {
    uint32_t bit = (remainder ^ (uint32_t)(bytes[i / 8] >> (i % 8))) & 1;
    remainder = remainder >> 1 ^ (bit ? 0xedb88320 : 0);
  }
  return ~remainder;
}

/** A slot that another layout has written, with its own checksum, is none of ours. */
static void another_layout(platform_t platform) {
  store_t store = reopen(&platform);
  uint8_t *slot = platform.slots[store.slot];
  size_t length = CREDENTIALS_AT + store.credentials_length;
  uint32_t checksum;
  for (int layout = 0; layout < 2; layout++) {
    slot[0] ^= (uint8_t)layout;
    checksum = crc32(slot, length);
    for (int i = 0; i < 4; i++) slot[length + i] = (uint8_t)(checksum >> 8 * i);
    store = reopen(&platform);
    require(store.present == (layout == 0), "another layout is taken for ours", layout);
  }
}

static void limits(void) {
  platform_t platform = fresh();
  store_t store = reopen(&platform);
  uint8_t bytes[STORE_HOST_KEY_BYTES];
  require(store_read_host_key(&store, bytes) != PLATFORM_OK, "an empty store has a host key", 0);
  replace(&store, UINT8_MAX);
  store = reopen(&platform);
  require(holds(&store, UINT8_MAX), "the longest record is lost", 0);
  store_draft_t draft;
  require(store_draft(&store, &draft), "there is no draft", 0);
  draft.credentials_length = STORE_CREDENTIALS_CAPACITY + 1;
  require(store_commit(&store, &draft) != PLATFORM_OK, "a record that is too long is written", 0);
  another_layout(platform);
  no_memory = true;
  require(!try_replace(&store, 1), "a record is made without memory", 0);
  no_memory = false;
  require(holds(&store, UINT8_MAX), "a record is lost without memory", 0);
  replace(&store, 1);
  const uint8_t *slot = platform.slots[store.slot];
  size_t end = CREDENTIALS_AT + length_of(1) + 4;
  require(is_filled(slot + end, PLATFORM_SLOT_BYTES - end, 0), "a part of the old credentials is left", 0);
}

// ---- credentials ----

static bool in_force(const store_t *store, const uint8_t *region) {
  uint8_t bytes[STORE_CREDENTIALS_CAPACITY];
  return credentials_length(store) == REGION_BYTES && credentials_read(store, bytes) &&
         memcmp(bytes, region, REGION_BYTES) == 0;
}

static void change(store_t *store, uint8_t *region, uint32_t offset, uint8_t content) {
  uint8_t record[RECORD_BYTES];
  memset(record, content, sizeof record);
  memcpy(region + offset, record, sizeof record);
  uint32_t sequence = store->sequence;
  require(credentials_change(store, offset, record, sizeof record) == CREDENTIALS_OK, "not changed", content);
  require(in_force(store, region), "the change is not in force", content);
  require(store->sequence != sequence, "the change cannot be seen", content);
}

static void change_credentials(void) {
  platform_t platform = fresh();
  store_t store = reopen(&platform);
  uint8_t region[REGION_BYTES], host_key[STORE_HOST_KEY_BYTES];
  memcpy(region, embedded_credentials, sizeof region);
  replace(&store, OTHER_ID); // what replaced others
  require(in_force(&store, region), "another build's credentials are in force", 0);

  change(&store, region, 100, 11);
  change(&store, region, REGION_BYTES - RECORD_BYTES, 12);
  change(&store, region, 0, 13);
  store = reopen(&platform);
  require(in_force(&store, region), "a change is lost", 0);
  store_read_host_key(&store, host_key);
  require(is_filled(host_key, sizeof host_key, OTHER_ID), "a change touches the host key", 0);

  static const uint32_t PLACES[][2] = {{REGION_BYTES - RECORD_BYTES + 1, RECORD_BYTES},
                                       {REGION_BYTES, 1},
                                       {0, REGION_BYTES + 1},
                                       {UINT32_MAX, 1},
                                       {1, UINT32_MAX}};
  uint8_t record[REGION_BYTES + 1] = {0};
  unsigned writes = platform.writes;
  for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
    credentials_status_t status = credentials_change(&store, PLACES[i][0], record, PLACES[i][1]);
    require(status == CREDENTIALS_INVALID, "a change beyond the region is made", (int)i);
  }
  no_memory = true;
  require(credentials_change(&store, 0, record, 1) == CREDENTIALS_STORE_ERROR, "a change without memory", 0);
  no_memory = false;
  require(platform.writes == writes && in_force(&store, region), "a change that is refused is written", 0);

  for (platform.cut_at = 0; platform.cut_at < CREDENTIALS_AT + REGION_BYTES + 4; platform.cut_at++) {
    platform.behind = ERASED;
    require(credentials_change(&store, 0, record, 1) == CREDENTIALS_STORE_ERROR, "a cut is no error", platform.cut_at);
    require(in_force(&store, region), "a failed change is in force", platform.cut_at);
    store = reopen(&platform);
    require(in_force(&store, region), "a failed change is in force at the next start", platform.cut_at);
  }

  platform.cut_at = NEVER;
  require(credentials_reset(&store) == CREDENTIALS_OK, "not reset", 0);
  store_draft_t draft;
  require(store_draft(&store, &draft), "there is no draft", 0);
  draft.credentials_base = embedded_credentials_id;
  draft.credentials_length = credentials_capacity() + 1;
  require(store_commit(&store, &draft) == PLATFORM_OK, "a region of a module with more room is not kept", 0);
  require(in_force(&store, embedded_credentials), "a region beyond the module's is in force", 0);
}

/** Nothing of a text that was given up stays: its draft is seen to be wiped when it is freed. */
static void forget_text(void) {
  platform_t platform = fresh();
  store_t store = reopen(&platform);
  credentials_text_t text;
  credentials_text_begin(&text, &store);
  credentials_text_take(&text, "AQID/w", 6);
  require(text.base64.bits != 0 && allocated, "a text is not taken", 0);
  credentials_text_discard(&text);
  require(!allocated && is_filled((const uint8_t *)&text, sizeof text, 0), "a text is left behind", 0);
}

int main(void) {
  printf("%d cuts, ", cut_everywhere());
  open_garbage();
  printf("%d slots of garbage, ", GARBAGE_SLOTS);
  printf("%d bits, ", flip_bits());
  printf("%d failures of a read\n", fail_reads());
  wrap();
  limits();
  change_credentials();
  forget_text();
  return 0;
}
