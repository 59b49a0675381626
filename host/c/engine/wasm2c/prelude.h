// What the C that wasm2c makes of a module stands on, in place of wasm2c's own prelude: memory accesses that cost
// little on a 32-bit core, and the integer operators that C leaves undefined somewhere.
//
// Bounds. The length of a module's memory never changes and is known here, as MEMORY_LENGTH; so is the offset of each
// access. What is left to check is one comparison of the 32-bit address with a constant, without a sum that could wrap.
//
// Alignment. An access reads or writes its whole width at once, which a Cortex-M0+ can do at aligned addresses only.
// WebAssembly lets every access be unaligned, and says so in a hint, which wasm2c drops. Therefore Binaryen's pass
// alignment-lowering has first made bytes and halfwords of the accesses whose hint is less than their width. A hint
// that claims too much is a fault on a Cortex-M0+; -fsanitize=alignment reports it anywhere.

#ifndef SESAME_WASM2C_PRELUDE_H
#define SESAME_WASM2C_PRELUDE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/wasm2c/native.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// --- Memory ---------------------------------------------------------------------------------------------------------

_Static_assert(MEMORY_LENGTH >= 8, "an access of 8 bytes fits");

typedef struct {
  u8 *data;
} wasm_rt_memory_t;

// The engine has allocated the memory: its failure must not happen here.
#define wasm_rt_allocate_memory(memory, pages, maximum) ((void)0)

// A stored value may be read with another width: such types may alias.
#define MEMORY_TYPE(type) typedef type __attribute__((may_alias)) memory_##type
MEMORY_TYPE(u8);
MEMORY_TYPE(u16);
MEMORY_TYPE(u32);
MEMORY_TYPE(u64);
MEMORY_TYPE(s8);
MEMORY_TYPE(s16);
MEMORY_TYPE(s32);
MEMORY_TYPE(s64);

// Where the access of `length` bytes at `address` + `offset` goes; both `length` (at most 8) and `offset` are
// constants.
static inline __attribute__((always_inline)) u8 *native_at(u8 *memory, u32 address, u32 offset, u32 length) {
  if (UNLIKELY(offset > MEMORY_LENGTH - length || address > MEMORY_LENGTH - length - offset))
    native_trap(NATIVE_OUT_OF_BOUNDS);
  return memory + address + offset;
}

// `memory` is the local variable that FUNC_PROLOGUE declares.
#define LOAD(type, address, offset) (*(const memory_##type *)native_at(memory, address, offset, sizeof(type)))
#define STORE(type, address, offset, value)                                                                            \
  ((void)(*(memory_##type *)native_at(memory, address, offset, sizeof(type)) = (type)(value)))

#define i32_load(address, offset) LOAD(u32, address, offset)
#define i32_load8_s(address, offset) ((u32)(s32)LOAD(s8, address, offset))
#define i32_load8_u(address, offset) ((u32)LOAD(u8, address, offset))
#define i32_load16_s(address, offset) ((u32)(s32)LOAD(s16, address, offset))
#define i32_load16_u(address, offset) ((u32)LOAD(u16, address, offset))
#define i64_load(address, offset) LOAD(u64, address, offset)
#define i64_load8_s(address, offset) ((u64)(s64)LOAD(s8, address, offset))
#define i64_load8_u(address, offset) ((u64)LOAD(u8, address, offset))
#define i64_load16_s(address, offset) ((u64)(s64)LOAD(s16, address, offset))
#define i64_load16_u(address, offset) ((u64)LOAD(u16, address, offset))
#define i64_load32_s(address, offset) ((u64)(s64)LOAD(s32, address, offset))
#define i64_load32_u(address, offset) ((u64)LOAD(u32, address, offset))
#define i32_store(address, offset, value) STORE(u32, address, offset, value)
#define i32_store8(address, offset, value) STORE(u8, address, offset, value)
#define i32_store16(address, offset, value) STORE(u16, address, offset, value)
#define i64_store(address, offset, value) STORE(u64, address, offset, value)
#define i64_store8(address, offset, value) STORE(u8, address, offset, value)
#define i64_store16(address, offset, value) STORE(u16, address, offset, value)
#define i64_store32(address, offset, value) STORE(u32, address, offset, value)

static inline void native_check_range(u32 address, u32 length) {
  if (UNLIKELY(length > MEMORY_LENGTH || address > MEMORY_LENGTH - length)) native_trap(NATIVE_OUT_OF_BOUNDS);
}

static inline void memory_fill(wasm_rt_memory_t *memory, u32 address, u32 value, u32 length) {
  native_check_range(address, length);
  memset(memory->data + address, (int)(value & 0xff), length);
}

static inline void memory_copy(wasm_rt_memory_t *to, const wasm_rt_memory_t *from, u32 to_address, u32 from_address,
                               u32 length) {
  native_check_range(to_address, length);
  native_check_range(from_address, length);
  memmove(to->data + to_address, from->data + from_address, length);
}

// A data segment. All three numbers are constants.
#define LOAD_DATA(memory, address, bytes, length)                                                                      \
  do {                                                                                                                 \
    _Static_assert((u64)(address) + (length) <= MEMORY_LENGTH, "a data segment lies in the memory");                   \
    memcpy((memory).data + (address), bytes, length);                                                                  \
  } while (0)

// --- Control --------------------------------------------------------------------------------------------------------

// No depth is counted: wasm2c.ts has seen that no function calls itself, so the depth is that of the call graph.
#define FUNC_PROLOGUE u8 *const memory = instance->w2c_memory.data
#define FUNC_EPILOGUE ((void)memory)
#define UNREACHABLE native_trap(NATIVE_UNREACHABLE)

// --- Integers -------------------------------------------------------------------------------------------------------

#define DEFINE_INTEGER(prefix, unsigned_type, signed_type, minimum, bits, builtin)                                     \
  static inline unsigned_type prefix##_ROTL(unsigned_type value, unsigned_type count) {                                \
    return value << (count & (bits - 1)) | value >> (-count & (bits - 1));                                             \
  }                                                                                                                    \
  static inline unsigned_type prefix##_ROTR(unsigned_type value, unsigned_type count) {                                \
    return value >> (count & (bits - 1)) | value << (-count & (bits - 1));                                             \
  }                                                                                                                    \
  static inline unsigned_type prefix##_CLZ(unsigned_type value) {                                                      \
    return value == 0 ? bits : (unsigned_type)__builtin_clz##builtin(value);                                           \
  }                                                                                                                    \
  static inline unsigned_type prefix##_CTZ(unsigned_type value) {                                                      \
    return value == 0 ? bits : (unsigned_type)__builtin_ctz##builtin(value);                                           \
  }                                                                                                                    \
  static inline unsigned_type prefix##_POPCNT(unsigned_type value) {                                                   \
    return (unsigned_type)__builtin_popcount##builtin(value);                                                          \
  }                                                                                                                    \
  static inline unsigned_type prefix##_DIV_S(unsigned_type dividend, unsigned_type divisor) {                          \
    if (UNLIKELY(divisor == 0)) native_trap(NATIVE_DIVISION_BY_ZERO);                                                  \
    if (UNLIKELY((signed_type)dividend == minimum && (signed_type)divisor == -1))                                      \
      native_trap(NATIVE_INTEGER_OVERFLOW);                                                                            \
    return (unsigned_type)((signed_type)dividend / (signed_type)divisor);                                              \
  }                                                                                                                    \
  static inline unsigned_type prefix##_REM_S(unsigned_type dividend, unsigned_type divisor) {                          \
    if (UNLIKELY(divisor == 0)) native_trap(NATIVE_DIVISION_BY_ZERO);                                                  \
    /* C leaves the minimum % -1 undefined; anything % -1 is 0 */                                                      \
    return (signed_type)divisor == -1 ? 0 : (unsigned_type)((signed_type)dividend % (signed_type)divisor);             \
  }

DEFINE_INTEGER(I32, u32, s32, INT32_MIN, 32, )
DEFINE_INTEGER(I64, u64, s64, INT64_MIN, 64, ll)

#ifdef __ARM_ARCH_6M__
// Where the compiler can tell that both factors are 32-bit numbers widened, the product is much cheaper (multiply.c).
// It can for factors that were just loaded; the checks are never made at run time.
#define KNOWN(condition) (__builtin_constant_p(condition) && (condition))
static inline __attribute__((always_inline)) u64 I64_MUL(u64 a, u64 b) {
  if (KNOWN((u64)(s32)a == a) && KNOWN((u64)(s32)b == b)) return native_multiply_signed((s32)a, (s32)b);
  if (KNOWN(a >> 32 == 0) && KNOWN(b >> 32 == 0)) return native_multiply_unsigned((u32)a, (u32)b);
  return a * b;
}
#else
#define I64_MUL(a, b) ((a) * (b))
#endif

// Of either width. Arguments are variables.
#define DIV_U(dividend, divisor) ((dividend) / native_divisor(divisor))
#define REM_U(dividend, divisor) ((dividend) % native_divisor(divisor))
#define native_divisor(divisor)                                                                                        \
  (UNLIKELY((divisor) == 0) ? (native_trap(NATIVE_DIVISION_BY_ZERO), (divisor)) : (divisor))

#endif
