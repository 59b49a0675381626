// QEMU's machine `virt` for RISC-V: a 16550 UART, CLINT and PLIC, as its source hw/riscv/virt.c lays them out.

#include "machine.h"
#include "platform.h"

const char platform_name[] = "QEMU virt (rv32imc)";

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define UART(offset) (*(volatile uint8_t *)(0x10000000u + (offset)))
#define UART_DATA UART(0)
#define UART_INTERRUPT_ENABLE UART(1)
#define UART_LINE_STATUS UART(5)
#define UART_RECEIVED 0x01u
#define UART_SEND_EMPTY 0x20u
#define UART_IRQ 10u

#define CLINT_COMPARE_LOW REGISTER(0x02004000u)
#define CLINT_COMPARE_HIGH REGISTER(0x02004004u)
#define CLINT_TIME_LOW REGISTER(0x0200bff8u)
#define CLINT_TIME_HIGH REGISTER(0x0200bffcu)
#define CLINT_HZ 10000000u

#define PLIC_PRIORITY(irq) REGISTER(0x0c000000u + 4 * (irq))
#define PLIC_ENABLE REGISTER(0x0c002000u)
#define PLIC_THRESHOLD REGISTER(0x0c200000u)
#define PLIC_CLAIM REGISTER(0x0c200004u)

#define MIE_TIMER (1u << 7)
#define MIE_EXTERNAL (1u << 11)

void machine_start(void) {
  UART_INTERRUPT_ENABLE = UART_RECEIVED;
  PLIC_PRIORITY(UART_IRQ) = 1;
  PLIC_ENABLE = 1u << UART_IRQ;
  PLIC_THRESHOLD = 0;
  // mstatus.MIE stays 0: an interrupt wakes, and is not handled
  __asm__ volatile("csrs mie, %0" ::"r"(MIE_TIMER | MIE_EXTERNAL));
}

size_t machine_receive(uint8_t *bytes, size_t capacity) {
  size_t length = 0;
  while (length < capacity && (UART_LINE_STATUS & UART_RECEIVED)) bytes[length++] = UART_DATA;
  return length;
}

size_t machine_send(const uint8_t *bytes, size_t length) {
  size_t sent = 0;
  while (sent < length && (UART_LINE_STATUS & UART_SEND_EMPTY)) UART_DATA = bytes[sent++];
  return sent;
}

uint64_t machine_instructions(void) {
  uint32_t high, low, again;
  do {
    __asm__ volatile("csrr %0, minstreth" : "=r"(high));
    __asm__ volatile("csrr %0, minstret" : "=r"(low));
    __asm__ volatile("csrr %0, minstreth" : "=r"(again));
  } while (high != again);
  return (uint64_t)high << 32 | low;
}

static uint64_t clint_time(void) {
  uint32_t high, low;
  do {
    high = CLINT_TIME_HIGH;
    low = CLINT_TIME_LOW;
  } while (high != CLINT_TIME_HIGH);
  return (uint64_t)high << 32 | low;
}

/** The timer's interrupt comes a second from now, and goes from where it stands. */
static void wake_in_a_second(void) {
  uint64_t time = clint_time() + CLINT_HZ;
  CLINT_COMPARE_HIGH = UINT32_MAX; // so that no half-written time is one that has come
  CLINT_COMPARE_LOW = (uint32_t)time;
  CLINT_COMPARE_HIGH = (uint32_t)(time >> 32);
}

void machine_sleep(void) {
  if (UART_LINE_STATUS & UART_RECEIVED) return;
  wake_in_a_second();
  __asm__ volatile("wfi");
  uint32_t irq = PLIC_CLAIM;
  if (irq) PLIC_CLAIM = irq;
}
