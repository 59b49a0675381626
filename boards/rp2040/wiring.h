// What is connected where on a Raspberry Pi Pico.

#ifndef SESAME_WIRING_H
#define SESAME_WIRING_H

#include "hardware/uart.h"

#define WIRING_LED_PIN 25

#define WIRING_UART uart0
#define WIRING_UART_IRQ UART0_IRQ
#define WIRING_UART_TX_PIN 0
#define WIRING_UART_RX_PIN 1
#define WIRING_UART_BAUD 115200

#endif
