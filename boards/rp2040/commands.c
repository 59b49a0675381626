#include "commands.h"

#include "hardware/adc.h"
#include "hardware/gpio.h"
#include "hardware/i2c.h"
#include "wiring.h"

// ---- gpio ----

/** Those of the header: GP23 to GP25 and GP29 are wired on the board. */
#define LAST_PIN 28
#define FIRST_PIN_ON_BOARD 23
#define LAST_PIN_ON_BOARD 25

static bool is_free(uint32_t pin) {
  return pin != WIRING_UART_TX_PIN && pin != WIRING_UART_RX_PIN &&
         (pin < FIRST_PIN_ON_BOARD || pin > LAST_PIN_ON_BOARD);
}

/** `values`: the pin, its level, and whether it is driven. */
static void write_pin(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "GP");
  output_decimal(output, outcome->values[0], 0);
  output_text(output, outcome->values[1] ? " is 1" : " is 0");
  output_text(output, outcome->values[2] ? ", an output\n" : ", an input\n");
}

static command_outcome_t run_gpio(const command_call_t *call) {
  uint32_t pin, level = 0;
  command_word_t action = command_argument(call, 1);
  bool is_number = command_word_number(action, 1, &level);
  if (command_argument_count(call) > 2 || (action.length > 0 && !is_number && !command_word_is(action, "in")))
    return command_fail(COMMAND_USAGE_ERROR, "a pin, and 0, 1 or in");
  if (!command_word_number(command_argument(call, 0), LAST_PIN, &pin) || !is_free(pin))
    return command_fail(COMMAND_USAGE_ERROR, "the pin is one of 2 to 22 and 26 to 28");
  if (action.length > 0) {
    gpio_init(pin); // an input
    gpio_put(pin, level);
    gpio_set_dir(pin, is_number);
  }
  return (command_outcome_t){.write = write_pin, .values = {pin, gpio_get(pin), gpio_is_dir_out(pin)}};
}

// ---- adc (RP2040 datasheet §4.9) ----

#define ADC_FIRST_PIN 26
#define ADC_PINS 3
#define ADC_TEMPERATURE 4
#define ADC_STEPS 4096
#define REFERENCE_UV 3300000u
/** Of the sensor: its voltage at 27 degrees Celsius, and how much less it is for each degree more (§4.9.5). */
#define SENSOR_UV 706000
#define SENSOR_UV_PER_DEGREE 1721

/** In microvolts. */
static uint32_t measure(uint32_t input) {
  adc_select_input(input);
  return (uint32_t)((uint64_t)adc_read() * REFERENCE_UV / ADC_STEPS);
}

static void write_tenths(output_t *output, int32_t tenths) {
  uint32_t size = tenths < 0 ? (uint32_t)-tenths : (uint32_t)tenths;
  if (tenths < 0) output_text(output, "-");
  output_decimal(output, size / 10, 0);
  output_text(output, ".");
  output_decimal(output, size % 10, 0);
}

/** `values`: microvolts. */
static void write_adc(const command_outcome_t *outcome, output_t *output) {
  for (uint32_t i = 0; i < ADC_PINS; i++) {
    output_text(output, "GP");
    output_decimal(output, ADC_FIRST_PIN + i, 0);
    output_decimal(output, outcome->values[i] / 1000, 6);
    output_text(output, " mV\n");
  }
  int32_t above = SENSOR_UV - (int32_t)outcome->values[ADC_PINS];
  output_text(output, "chip ");
  write_tenths(output, 270 + above * 10 / SENSOR_UV_PER_DEGREE);
  output_text(output, " degrees\n");
}

static command_outcome_t run_adc(const command_call_t *call) {
  (void)call;
  command_outcome_t outcome = {.write = write_adc};
  adc_init();
  adc_set_temp_sensor_enabled(true);
  for (uint32_t i = 0; i < ADC_PINS; i++) {
    if (gpio_get_function(ADC_FIRST_PIN + i) == GPIO_FUNC_NULL) adc_gpio_init(ADC_FIRST_PIN + i);
    outcome.values[i] = measure(i);
  }
  outcome.values[ADC_PINS] = measure(ADC_TEMPERATURE);
  return outcome;
}

// ---- i2c (UM10204 §3.1.10: these addresses are nobody's own) ----

#define I2C_BAUD 100000
#define I2C_SDA_PIN 4
#define I2C_SCL_PIN 5
#define FIRST_ADDRESS 0x08
#define LAST_ADDRESS 0x77
/** A byte takes 0.1 ms; a device may hold the clock for a while. */
#define PROBE_US 2000

static void write_device(const command_outcome_t *outcome, output_t *output) {
  static const char digits[] = "0123456789abcdef";
  output_text(output, "0x");
  output_bytes(output, &digits[outcome->number >> 4], 1);
  output_bytes(output, &digits[outcome->number & 0xf], 1);
  output_text(output, " answers\n");
}

static void write_count(const command_outcome_t *outcome, output_t *output) {
  output_decimal(output, outcome->values[1], 0);
  output_text(output, " of 112 addresses\n");
}

/** `values`: the next address, and how many have answered. */
static command_progress_t next_device(command_outcome_t *outcome) {
  uint8_t byte;
  if (outcome->values[0] > LAST_ADDRESS + 1) return COMMAND_DONE;
  outcome->number = outcome->values[0]++;
  outcome->write = NULL;
  if (outcome->number > LAST_ADDRESS) {
    i2c_deinit(i2c0);
    outcome->write = write_count;
  } else if (i2c_read_timeout_us(i2c0, (uint8_t)outcome->number, &byte, 1, false, PROBE_US) == 1) {
    outcome->values[1]++;
    outcome->write = write_device;
  }
  return COMMAND_MORE;
}

static command_outcome_t run_i2c(const command_call_t *call) {
  if (!command_word_is(call->text, "scan")) return command_fail(COMMAND_USAGE_ERROR, "scan is what there is");
  i2c_init(i2c0, I2C_BAUD);
  for (uint32_t pin = I2C_SDA_PIN; pin <= I2C_SCL_PIN; pin++) {
    gpio_set_function(pin, GPIO_FUNC_I2C);
    gpio_pull_up(pin);
  }
  command_outcome_t outcome = command_pieces(next_device);
  outcome.values[0] = FIRST_ADDRESS;
  return outcome;
}

static const command_t entries[] = {
    {"gpio", "gpio N [0|1|in]", "how a pin is; drives it, or makes it an input", run_gpio, COMMAND_ADMINISTRATORS},
    {"adc", "adc", "voltages of GP26 to GP28, and the chip's temperature", run_adc, COMMAND_USERS},
    {"i2c", "i2c scan", "which devices answer at SDA GP4 and SCL GP5", run_i2c, COMMAND_ADMINISTRATORS},
};

const command_table_t rp2040_commands = {entries, sizeof entries / sizeof *entries, NULL};
