// Arm's MPS2 board with image AN385: a Cortex-M3 with CMSDK peripherals at 25 MHz. Application Notes 385 and DDI 0479.

#include "machine.h"
#include "platform.h"

const char platform_name[] = "QEMU mps2-an385 (Cortex-M3)";

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define UART_DATA REGISTER(0x40004000u)
#define UART_STATE REGISTER(0x40004004u)
#define UART_CONTROL REGISTER(0x40004008u)
#define UART_INTERRUPTS REGISTER(0x4000400cu)
#define UART_DIVIDER REGISTER(0x40004010u)
#define UART_SEND_FULL 1u
#define UART_RECEIVED 2u
#define UART_RECEIVE_INTERRUPT 2u
// send, receive, interrupt when a byte was received
#define UART_ENABLE (1u | 2u | 8u)
#define UART_LEAST_DIVIDER 16u

// Timer 0 runs through all its values; timer 1 wakes once a second.
#define TIMER0_CONTROL REGISTER(0x40000000u)
#define TIMER0_VALUE REGISTER(0x40000004u)
#define TIMER0_RELOAD REGISTER(0x40000008u)
#define TIMER1_CONTROL REGISTER(0x40001000u)
#define TIMER1_VALUE REGISTER(0x40001004u)
#define TIMER1_RELOAD REGISTER(0x40001008u)
#define TIMER1_INTERRUPTS REGISTER(0x4000100cu)
#define TIMER_ENABLE 1u
#define TIMER_INTERRUPT 8u
#define TIMER_HZ 25000000u
#define INSTRUCTIONS_PER_TICK 40u

#define NVIC_ENABLE REGISTER(0xe000e100u)
#define NVIC_CLEAR_PENDING REGISTER(0xe000e280u)
#define UART_RECEIVE_IRQ (1u << 0)
#define TIMER1_IRQ (1u << 9)

static uint64_t ticks;
static uint32_t last_value;

void machine_start(void) {
  __asm__ volatile("cpsid i"); // an interrupt wakes, and is not handled
  UART_DIVIDER = UART_LEAST_DIVIDER;
  UART_CONTROL = UART_ENABLE;
  TIMER0_RELOAD = last_value = UINT32_MAX;
  TIMER0_VALUE = UINT32_MAX;
  TIMER0_CONTROL = TIMER_ENABLE;
  TIMER1_RELOAD = TIMER1_VALUE = TIMER_HZ;
  TIMER1_CONTROL = TIMER_ENABLE | TIMER_INTERRUPT;
  NVIC_ENABLE = UART_RECEIVE_IRQ | TIMER1_IRQ;
}

size_t machine_receive(uint8_t *bytes, size_t capacity) {
  size_t length = 0;
  while (length < capacity && (UART_STATE & UART_RECEIVED)) bytes[length++] = (uint8_t)UART_DATA;
  return length;
}

size_t machine_send(const uint8_t *bytes, size_t length) {
  size_t sent = 0;
  while (sent < length && !(UART_STATE & UART_SEND_FULL)) UART_DATA = bytes[sent++];
  return sent;
}

uint64_t machine_instructions(void) {
  uint32_t value = TIMER0_VALUE;
  ticks += last_value - value; // it counts down
  last_value = value;
  return ticks * INSTRUCTIONS_PER_TICK;
}

void machine_sleep(void) {
  if (UART_STATE & UART_RECEIVED) return;
  __asm__ volatile("wfi");
  UART_INTERRUPTS = UART_RECEIVE_INTERRUPT;
  TIMER1_INTERRUPTS = 1;
  NVIC_CLEAR_PENDING = UART_RECEIVE_IRQ | TIMER1_IRQ;
}
