#include "memory_peaks.h"

#include "platform.h"

#define PAINT 0x5a5a5a5au

// Set by memory.ld and the SDK's linker script.
extern uint32_t sesame_stack_bottom[], __StackTop[];
extern char __end__[], sesame_heap_end[];

// newlib-nano's malloc gives nothing back: the break is the peak.
static char *heap_break = __end__;

// Own frame and caller's excluded: no inlining, and a distance of a few words.
__attribute__((noinline)) void memory_paint_stack(void) {
  volatile uint32_t *end = (uint32_t *)__builtin_frame_address(0) - 16;
  for (volatile uint32_t *word = sesame_stack_bottom; word < end; word++) *word = PAINT;
}

/** newlib's source of memory; the SDK's own knows no other end of the heap than that of the RAM. */
void *_sbrk(int increment) {
  char *start = heap_break;
  if (increment > sesame_heap_end - start) return (void *)-1;
  heap_break += increment;
  return start;
}

platform_memory_t platform_memory(platform_t *platform) {
  (void)platform;
  const uint32_t *word = sesame_stack_bottom;
  while (*word == PAINT) word++;
  return (platform_memory_t){
      .heap_peak = (uint32_t)(heap_break - __end__),
      .heap_bytes = (uint32_t)(sesame_heap_end - __end__),
      .stack_peak = (uint32_t)((char *)__StackTop - (char *)word),
      .stack_bytes = (uint32_t)((char *)__StackTop - (char *)sesame_stack_bottom),
  };
}
