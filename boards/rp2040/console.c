#include "console.h"

#include <string.h>

#include "hardware/clocks.h"
#include "hardware/gpio.h"
#include "hardware/irq.h"
#include "hardware/uart.h"
#include "tusb.h"
#include "usb.h"
#include "wiring.h"

// The UART has no flow control. This is what arrives at 115,200 baud in 222 ms: in a session nothing keeps the main
// loop longer with wasm2c, not even a key exchange (about 200 ms).
#define RECEIVED_BYTES 2560
#define SENDING_BYTES 256
#define LOG_BYTES 1024

typedef enum { CONSOLE_LOG, CONSOLE_BRIDGE, CONSOLE_BRIDGE_CLOSING } console_state_t;

// TinyUSB's fifo needs no lock with one writer and one reader. The interrupt fills `received` and empties `sending`,
// the main loop has the other ends, and both of the log's.
TU_FIFO_DEF(received, RECEIVED_BYTES, uint8_t, false);
TU_FIFO_DEF(sending, SENDING_BYTES, uint8_t, false);
TU_FIFO_DEF(pending_log, LOG_BYTES, uint8_t, false);
static volatile console_state_t state;

static void fill_uart(void) {
  uint8_t byte;
  while (uart_is_writable(WIRING_UART) && tu_fifo_read(&sending, &byte)) uart_get_hw(WIRING_UART)->dr = byte;
  uart_set_irqs_enabled(WIRING_UART, true, !tu_fifo_empty(&sending));
}

static void on_uart_interrupt(void) {
  while (uart_is_readable(WIRING_UART)) {
    uint8_t byte = (uint8_t)uart_get_hw(WIRING_UART)->dr;
    if (state == CONSOLE_BRIDGE) tu_fifo_write(&received, &byte);
  }
  fill_uart();
}

static void send_to_uart(const uint8_t *bytes, size_t length) {
  tu_fifo_write_n(&sending, bytes, (uint16_t)length);
  // the UART interrupts when its buffer has run low, not when it is: the first bytes are ours to write
  irq_set_enabled(WIRING_UART_IRQ, false);
  fill_uart();
  irq_set_enabled(WIRING_UART_IRQ, true);
}

static bool uart_is_idle(void) {
  return tu_fifo_empty(&sending) && !(uart_get_hw(WIRING_UART)->fr & UART_UARTFR_BUSY_BITS);
}

void console_start(void) {
  uart_init(WIRING_UART, WIRING_UART_BAUD);
  gpio_set_function(WIRING_UART_TX_PIN, GPIO_FUNC_UART);
  gpio_set_function(WIRING_UART_RX_PIN, GPIO_FUNC_UART);
  gpio_pull_up(WIRING_UART_RX_PIN); // an open input would be noise
  irq_set_exclusive_handler(WIRING_UART_IRQ, on_uart_interrupt);
  uart_set_irqs_enabled(WIRING_UART, true, false);
  irq_set_enabled(WIRING_UART_IRQ, true);
}

void console_log(const char *line) {
  tu_fifo_write_n(&pending_log, line, (uint16_t)strlen(line));
  tu_fifo_write_n(&pending_log, "\r\n", 2);
}

void console_turn(void) {
  uint8_t bytes[64];
  if (state == CONSOLE_BRIDGE) return;
  usb_console_receive(bytes, sizeof bytes); // nobody reads it
  if (state == CONSOLE_BRIDGE_CLOSING) {
    if (!uart_is_idle()) return;
    uart_set_baudrate(WIRING_UART, WIRING_UART_BAUD);
    state = CONSOLE_LOG;
  }
  const uint16_t room = tu_fifo_remaining(&sending);
  const uint16_t length = tu_fifo_read_n(&pending_log, bytes, room < sizeof bytes ? room : sizeof bytes);
  if (length == 0) return;
  send_to_uart(bytes, length);
  usb_console_send(bytes, length); // a terminal that is open and does not read loses log lines
}

static bool uart_can(uint32_t baud) {
  const uint32_t clock_hz = clock_get_hz(clk_peri);
  if (baud < clock_hz / 16 / 65535 + 1 || baud > clock_hz / 16) return false;
  const uint32_t divisor_64ths = (8 * clock_hz / baud + 1) / 2; // as uart_set_baudrate rounds it
  const uint32_t actual = 4 * clock_hz / divisor_64ths;
  return (actual > baud ? actual - baud : baud - actual) <= baud / 50;
}

bool console_bridge_open(uint32_t baud) {
  if (state != CONSOLE_LOG || !uart_can(baud)) return false;
  while (!uart_is_idle()) tight_loop_contents(); // log bytes: 25 ms at most
  uart_set_baudrate(WIRING_UART, baud);
  tu_fifo_clear(&received);
  state = CONSOLE_BRIDGE;
  return true;
}

size_t console_bridge_receive(uint8_t *bytes, size_t capacity) {
  const size_t length =
      tu_fifo_read_n(&received, bytes, (uint16_t)(capacity < RECEIVED_BYTES ? capacity : RECEIVED_BYTES));
  return length > 0 ? length : usb_console_receive(bytes, capacity);
}

size_t console_bridge_send(const uint8_t *bytes, size_t length) {
  size_t room = tu_fifo_remaining(&sending);
  if (usb_console_is_open() && usb_console_room() < room) room = usb_console_room();
  if (length > room) length = room;
  if (length == 0) return 0;
  send_to_uart(bytes, length);
  usb_console_send(bytes, length);
  return length;
}

void console_bridge_close(void) {
  if (state == CONSOLE_BRIDGE) state = CONSOLE_BRIDGE_CLOSING;
}
