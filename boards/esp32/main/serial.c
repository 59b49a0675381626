// The serial port that a session can be bridged to: UART1, on the pins of the configuration. The console has another.

#include "driver/uart.h"
#include "platform.h"
#include "sdkconfig.h"

#define PORT UART_NUM_1
#define BUFFER_BYTES 2048

platform_serial_status_t platform_serial_open(platform_t *platform, uint32_t baud) {
  (void)platform;
  if (CONFIG_SESAME_UART_TX_GPIO < 0 || CONFIG_SESAME_UART_RX_GPIO < 0) return PLATFORM_SERIAL_NONE;
  const uart_config_t settings = {
      .baud_rate = (int)baud,
      .data_bits = UART_DATA_8_BITS,
      .parity = UART_PARITY_DISABLE,
      .stop_bits = UART_STOP_BITS_1,
      .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
      .source_clk = UART_SCLK_DEFAULT,
  };
  if (uart_driver_install(PORT, BUFFER_BYTES, BUFFER_BYTES, 0, NULL, 0) != ESP_OK) return PLATFORM_SERIAL_GONE;
  if (uart_param_config(PORT, &settings) == ESP_OK &&
      uart_set_pin(PORT, CONFIG_SESAME_UART_TX_GPIO, CONFIG_SESAME_UART_RX_GPIO, UART_PIN_NO_CHANGE,
                   UART_PIN_NO_CHANGE) == ESP_OK)
    return PLATFORM_SERIAL_OPEN;
  uart_driver_delete(PORT);
  return PLATFORM_SERIAL_NO_SPEED;
}

size_t platform_serial_receive(platform_t *platform, uint8_t *bytes, size_t capacity) {
  (void)platform;
  int length = uart_read_bytes(PORT, bytes, capacity, 0);
  return length > 0 ? (size_t)length : 0;
}

size_t platform_serial_send(platform_t *platform, const uint8_t *bytes, size_t length) {
  (void)platform;
  size_t room = 0;
  uart_get_tx_buffer_free_size(PORT, &room); // uart_write_bytes would wait for more
  int taken = uart_write_bytes(PORT, bytes, length < room ? length : room);
  return taken > 0 ? (size_t)taken : 0;
}

bool platform_serial_connected(platform_t *platform) {
  (void)platform;
  return true;
}

void platform_serial_close(platform_t *platform) {
  (void)platform;
  uart_driver_delete(PORT);
}
