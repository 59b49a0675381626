// What the C file of a module gives to the engine that runs it. scripts/compile/wasm2c.ts ends each file that it
// makes with one `struct engine_native`; engine/wasm2c.c looks exports up in it.

#ifndef SESAME_WASM2C_NATIVE_H
#define SESAME_WASM2C_NATIVE_H

#include <stdint.h>

typedef struct native_function {
  const char *name;
  uint32_t parameters;
  /** Calls with `parameters` arguments; returns 0 where the function returns nothing. */
  uint32_t (*call)(void *state, const uint32_t *arguments);
} native_function_t;

typedef struct native_global {
  const char *name;
  const uint32_t *(*address)(void *state);
} native_global_t;

struct engine_native {
  /** Bytes of an instance's state: its globals, and where its memory is. */
  uint32_t state_length;
  /** Fills a zeroed state, and a zeroed memory of the module's `memory_length`, aligned to 8 bytes. */
  void (*start)(void *state, uint8_t *memory);
  const native_function_t *functions;
  uint32_t function_count;
  const native_global_t *globals;
  uint32_t global_count;
};

// Of longjmp's values, 0 is taken.
typedef enum native_trap {
  NATIVE_OUT_OF_BOUNDS = 1,
  NATIVE_DIVISION_BY_ZERO,
  NATIVE_INTEGER_OVERFLOW,
  NATIVE_UNREACHABLE,
} native_trap_t;

/** Ends the call into the module that runs. Called by generated code only. */
_Noreturn void native_trap(native_trap_t trap);

/** The whole product. On ARMv6-M only (multiply.c); returned as its 64 bits. */
uint64_t native_multiply_signed(int32_t a, int32_t b);
uint64_t native_multiply_unsigned(uint32_t a, uint32_t b);

#endif
