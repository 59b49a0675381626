// 32 × 32 → 64 bits on a core whose multiplication keeps 32 bits (ARMv6-M: Cortex-M0, M0+). C has only the product of
// two 64-bit numbers there, `__aeabi_lmul`: 55 cycles in libgcc, against 21 here, and field arithmetic is made of
// products.

#include "engine/wasm2c/native.h"

#ifdef __ARM_ARCH_6M__

// a × b with a = ah·2^16 + al, b = bh·2^16 + bl, the low halves unsigned: al·bl + (ah·bl + al·bh)·2^16 + ah·bh·2^32.
// Each of the four products fits into 32 bits; each of the two in the middle is added on its own, so their sum may not.
// `shift` is asrs where the high halves carry the sign, lsrs where not.
#define MULTIPLY(name, type, shift)                                                                                    \
  __attribute__((naked)) uint64_t name(type a __attribute__((unused)), type b __attribute__((unused))) {               \
    __asm__(".syntax unified\n"                                                                                        \
            "mov  ip, r4\n"                                                                                            \
            "uxth r2, r0\n"        /* al */                                                                            \
            shift " r4, r0, #16\n" /* ah */                                                                            \
            "uxth r3, r1\n"        /* bl */                                                                            \
            shift " r1, r1, #16\n" /* bh */                                                                            \
            "movs r0, r2\n"                                                                                            \
            "muls r0, r3, r0\n" /* al·bl */                                                                           \
            "muls r3, r4, r3\n" /* ah·bl */                                                                           \
            "muls r2, r1, r2\n" /* al·bh */                                                                           \
            "muls r1, r4, r1\n" /* ah·bh */                                                                           \
            "lsls r4, r3, #16\n" shift " r3, r3, #16\n"                                                                \
            "adds r0, r0, r4\n"                                                                                        \
            "adcs r1, r3\n"                                                                                            \
            "lsls r4, r2, #16\n" shift " r2, r2, #16\n"                                                                \
            "adds r0, r0, r4\n"                                                                                        \
            "adcs r1, r2\n"                                                                                            \
            "mov  r4, ip\n"                                                                                            \
            "bx   lr\n");                                                                                              \
  }

MULTIPLY(native_multiply_signed, int32_t, "asrs")
MULTIPLY(native_multiply_unsigned, uint32_t, "lsrs")

#endif
