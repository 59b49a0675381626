// The store's two slots: the last two sectors of the flash, one slot at the start of each, so that each can be erased
// without the other. A UF2 image does not touch them; that the program does not reach them is asserted at link time
// (memory.ld).

#include <string.h>

#include "hardware/flash.h"
#include "hardware/regs/addressmap.h"
#include "pico/flash.h"
#include "platform.h"

static_assert(PLATFORM_SLOT_BYTES <= FLASH_SECTOR_SIZE && PLATFORM_SLOT_BYTES % FLASH_PAGE_SIZE == 0, "");

typedef struct slot_write {
  uint32_t offset;
  const uint8_t *bytes;
} slot_write_t;

static uint32_t slot_offset(unsigned slot) {
  return PICO_FLASH_SIZE_BYTES - (PLATFORM_SLOT_COUNT - slot) * FLASH_SECTOR_SIZE;
}

// Past the cache: what the flash holds, and no secret left in the cache's memory.
static const uint8_t *slot_address(unsigned slot) {
  return (const uint8_t *)(XIP_NOCACHE_NOALLOC_BASE + slot_offset(slot));
}

// Runs from RAM with interrupts off, for the flash answers nobody meanwhile: 45 ms typically, 400 ms at most.
static void erase_and_program(void *context) {
  const slot_write_t *write = context;
  flash_range_erase(write->offset, FLASH_SECTOR_SIZE);
  flash_range_program(write->offset, write->bytes, PLATFORM_SLOT_BYTES);
}

platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes,
                                     size_t length) {
  (void)platform;
  if (slot >= PLATFORM_SLOT_COUNT) return PLATFORM_STORE_ERROR;
  memcpy(bytes, slot_address(slot) + offset, length);
  return PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  (void)platform;
  if (slot >= PLATFORM_SLOT_COUNT) return PLATFORM_STORE_ERROR;
  slot_write_t write = {.offset = slot_offset(slot), .bytes = bytes};
  if (flash_safe_execute(erase_and_program, &write, 0) != PICO_OK) return PLATFORM_STORE_ERROR;
  return memcmp(slot_address(slot), bytes, PLATFORM_SLOT_BYTES) == 0 ? PLATFORM_OK : PLATFORM_STORE_ERROR;
}
