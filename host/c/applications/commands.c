// The commands of the device shell: see commands.h. The first seven are those of host/node/applications/shell.ts, word
// for word.

#include "applications/commands.h"

#include <string.h>

#include "modules/embedded.h"
#include "server/device.h"

#define DEFAULT_BAUD 115200
#define LAST_STATUS 255
/** Between a command that restarts the device and the word to all clients that it does: whoever gave the command takes
 * its status and leaves. The platform restarts later. */
#define RESTART_NOTICE_MS 200
/** As much of a name that is not known as is repeated. */
#define NAME_CHARACTERS 64

#define USAGE_WIDTH 14
#define LABEL_WIDTH 24
#define NUMBER_WIDTH 6

// ---- words ----

static bool is_blank(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r');
}

command_t command_parse(const char *line, size_t length) {
  const char *end = line + length;
  while (line < end && is_blank(*line)) line++;
  while (end > line && is_blank(end[-1])) end--;
  command_t command = {.name = line};
  while (line < end && !is_blank(*line)) line++;
  command.name_length = (size_t)(line - command.name);
  while (line < end && is_blank(*line)) line++;
  command.text = line;
  command.text_length = (size_t)(end - line);
  return command;
}

static bool equals(const char *text, size_t length, const char *word) {
  return length == strlen(word) && memcmp(text, word, length) == 0;
}

bool command_is(const command_t *command, const char *name) {
  return equals(command->name, command->name_length, name);
}

static bool text_is(const command_t *command, const char *text) {
  return equals(command->text, command->text_length, text);
}

/** A decimal number of at most so many digits. */
static bool parse_number(const command_t *command, size_t digits, uint32_t *number) {
  if (command->text_length == 0 || command->text_length > digits) return false;
  *number = 0;
  for (size_t i = 0; i < command->text_length; i++) {
    char digit = command->text[i];
    if (digit < '0' || digit > '9') return false;
    *number = *number * 10 + (uint32_t)(digit - '0');
  }
  return true;
}

// ---- outcomes ----

static void write_text(const command_outcome_t *outcome, output_t *output) {
  output_bytes(output, outcome->text, outcome->text_length);
}

static command_outcome_t print(const char *text) {
  return (command_outcome_t){.write = write_text, .text = text, .text_length = strlen(text)};
}

static command_outcome_t fail(uint8_t status, const char *text) {
  command_outcome_t outcome = print(text);
  outcome.status = status;
  outcome.error = true;
  return outcome;
}

/** Without the control characters with which a name could play tricks on the terminal. */
static void write_not_found(const command_outcome_t *outcome, output_t *output) {
  size_t written = 0;
  for (size_t i = 0; i < outcome->text_length; i++) {
    uint8_t byte = (uint8_t)outcome->text[i];
    if ((byte & 0xc0) == 0x80) continue; // of a character that has had its question marks
    bool printable = byte >= 0x20 && byte <= 0x7e;
    // Node counts characters in units of UTF-16: those of four bytes are two
    for (int units = byte >= 0xf0 ? 2 : 1; units > 0 && written < NAME_CHARACTERS; units--, written++) {
      output_bytes(output, printable ? &outcome->text[i] : "?", 1);
    }
  }
  output_text(output, ": no such command; try help\n");
}

// ---- the commands ----

static void write_help(const command_outcome_t *outcome, output_t *output);

static command_outcome_t run_help(const command_t *command) {
  return (command_outcome_t){.write = write_help, .permissions = command->permissions};
}

static void write_module(output_t *output, const char *name, uint32_t length, uint32_t memory_length) {
  output_padded(output, name, LABEL_WIDTH);
  output_text(output, " ");
  output_decimal(output, length, NUMBER_WIDTH);
  output_text(output, " bytes  ");
  output_decimal(output, memory_length, NUMBER_WIDTH);
  output_text(output, " bytes of memory");
}

static void write_fact(output_t *output, const char *label, const char *fact) {
  output_padded(output, label, LABEL_WIDTH + 1);
  output_text(output, fact);
  output_text(output, "\n");
}

/** "heap  1234 of 5678 bytes at most"; nothing where the board does not know. */
static void write_peak(output_t *output, const char *label, uint32_t peak, uint32_t bytes) {
  if (bytes == 0) return;
  output_padded(output, label, LABEL_WIDTH + 1);
  output_decimal(output, peak, 0);
  output_text(output, " of ");
  output_decimal(output, bytes, 0);
  output_text(output, " bytes at most\n");
}

static void write_info(const command_outcome_t *outcome, output_t *output) {
  const engine_module_t *const modules[] = {&embedded_transport, &embedded_userauth, &embedded_connection};
  uint32_t bytes = 0, memory_bytes = 0;
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    write_module(output, modules[i]->name, modules[i]->wasm_length, modules[i]->memory_length);
    output_text(output, "  sha256 ");
    output_text(output, modules[i]->sha256);
    output_text(output, "\n");
    bytes += modules[i]->wasm_length;
    memory_bytes += modules[i]->memory_length;
  }
  write_module(output, "together", bytes, memory_bytes);
  output_text(output, "\n");
  write_fact(output, "version", embedded_version);
  write_fact(output, "engine", engine_name);
  write_fact(output, "board", platform_name);
  output_padded(output, "last login", LABEL_WIDTH + 1);
  output_decimal(output, outcome->number, 0);
  output_text(output, " cycles\n");
  write_peak(output, "heap", outcome->memory.heap_peak, outcome->memory.heap_bytes);
  write_peak(output, "stack", outcome->memory.stack_peak, outcome->memory.stack_bytes);
}

static command_outcome_t run_info(const command_t *command) {
  (void)command;
  return (command_outcome_t){.write = write_info,
                             .number = command->device->login_cycles,
                             .memory = platform_memory(command->device->platform)};
}

static void write_uptime(const command_outcome_t *outcome, output_t *output) {
  uint64_t seconds = outcome->number / 1000;
  output_text(output, "up ");
  if (seconds >= 86400) {
    output_decimal(output, seconds / 86400, 0);
    output_text(output, " d ");
  }
  if (seconds >= 3600) {
    output_decimal(output, seconds / 3600 % 24, 0);
    output_text(output, " h ");
  }
  if (seconds >= 60) {
    output_decimal(output, seconds / 60 % 60, 0);
    output_text(output, " min ");
  }
  output_decimal(output, seconds % 60, 0);
  output_text(output, " s\n");
}

static command_outcome_t run_uptime(const command_t *command) {
  (void)command;
  const device_t *device = command->device;
  uint64_t up_ms = platform_milliseconds(device->platform) - device->started_ms;
  return (command_outcome_t){.write = write_uptime, .number = up_ms};
}

static void write_echo(const command_outcome_t *outcome, output_t *output) {
  write_text(outcome, output);
  output_text(output, "\n");
}

static command_outcome_t run_echo(const command_t *command) {
  return (command_outcome_t){.write = write_echo, .text = command->text, .text_length = command->text_length};
}

static command_outcome_t run_cat(const command_t *command) {
  (void)command;
  return (command_outcome_t){.keeps_status = true, .next = COMMAND_NEXT_COPY};
}

static command_outcome_t run_led(const command_t *command) {
  bool on = text_is(command, "on");
  if (on || text_is(command, "off")) {
    command->device->led = on;
    platform_light(command->device->platform, on ? PLATFORM_LIGHT_ON : PLATFORM_LIGHT_OFF);
  } else if (command->text_length > 0) {
    return fail(COMMAND_USAGE_ERROR, "led: on or off\n");
  }
  return print(command->device->led ? "LED on\n" : "LED off\n");
}

static command_outcome_t run_exit(const command_t *command) {
  uint32_t status = 0;
  if (command->text_length > 0 && (!parse_number(command, 3, &status) || status > LAST_STATUS)) {
    return fail(COMMAND_USAGE_ERROR, "exit: the status is a number from 0 to 255\n");
  }
  return (command_outcome_t){
      .status = (uint8_t)status, .keeps_status = command->text_length == 0, .next = COMMAND_NEXT_EXIT};
}

static void write_bridge(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "serial port at ");
  output_decimal(output, outcome->number, 0);
  output_text(output, " baud; Ctrl-] leaves\n");
}

static command_outcome_t run_uart(const command_t *command) {
  uint32_t baud = DEFAULT_BAUD;
  if (command->text_length > 0 && (!parse_number(command, 7, &baud) || baud == 0)) {
    return fail(COMMAND_USAGE_ERROR, "uart: the baud rate is a number from 1 to 9999999\n");
  }
  if (command->device->bridged) return fail(COMMAND_FAILED, "uart: another session has the serial port\n");
  switch (platform_serial_open(command->device->platform, baud)) {
  case PLATFORM_SERIAL_OPEN: break;
  case PLATFORM_SERIAL_NONE: return fail(COMMAND_FAILED, "uart: this board has no serial port\n");
  case PLATFORM_SERIAL_NO_SPEED: return fail(COMMAND_FAILED, "uart: the serial port has no such speed\n");
  case PLATFORM_SERIAL_GONE: return fail(COMMAND_FAILED, "uart: the serial port cannot be opened; is it plugged in?\n");
  }
  command->device->bridged = true;
  return (command_outcome_t){
      .next = COMMAND_NEXT_BRIDGE, .write = command->terminal ? write_bridge : NULL, .number = baud};
}

static command_outcome_t restart(const command_t *command, platform_restart_t how, const char *text) {
  if (!platform_restart(command->device->platform, how))
    return fail(COMMAND_FAILED, "this board cannot be restarted so\n");
  command->device->notice_ms = platform_milliseconds(command->device->platform) + RESTART_NOTICE_MS;
  command_outcome_t outcome = print(text);
  outcome.next = COMMAND_NEXT_EXIT;
  return outcome;
}

static command_outcome_t run_reboot(const command_t *command) {
  return restart(command, PLATFORM_REBOOT, "restarting\n");
}

static command_outcome_t run_bootsel(const command_t *command) {
  return restart(command, PLATFORM_BOOTLOADER, "restarting to be flashed\n");
}

static void write_credentials_usage(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "credentials: default, or a region of ");
  if (embedded_userauth_build == USERAUTH_BUILD_FULL) output_text(output, "at most ");
  output_decimal(output, credentials_capacity(), 0);
  output_text(output, " bytes in base64, or - to read it from the input\n");
}

static const char *credentials_fault(credentials_status_t status) {
  switch (status) {
  case CREDENTIALS_NOT_BASE64: return "not base64";
  case CREDENTIALS_CUT_OFF: return "cut off";
  case CREDENTIALS_TOO_LONG: return "too long";
  case CREDENTIALS_TOO_SLOW: return "a password would take this device too long: make its hash cheaper";
  case CREDENTIALS_INVALID: return "not a region for this device, or nobody is in it";
  default: return "the store failed";
  }
}

static void write_credentials_fault(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "credentials: ");
  write_text(outcome, output);
  output_text(output, "; those in force remain\n");
}

command_outcome_t command_credentials(credentials_status_t status) {
  if (status == CREDENTIALS_OK) return print("the new credentials are in force from the next connection on\n");
  bool own_fault = status == CREDENTIALS_STORE_ERROR;
  command_outcome_t outcome = fail(own_fault ? COMMAND_FAILED : COMMAND_USAGE_ERROR, credentials_fault(status));
  outcome.write = write_credentials_fault;
  return outcome;
}

static command_outcome_t credentials_from_input(const command_t *command) {
  if (command->terminal) {
    return fail(COMMAND_USAGE_ERROR, "credentials: - wants no terminal: ssh HOST credentials - < FILE\n");
  }
  return (command_outcome_t){.next = COMMAND_NEXT_CREDENTIALS};
}

static command_outcome_t run_credentials(const command_t *command) {
  store_t *store = &command->device->store;
  if (command->text_length == 0) {
    return (command_outcome_t){.status = COMMAND_USAGE_ERROR, .error = true, .write = write_credentials_usage};
  }
  if (text_is(command, "-")) return credentials_from_input(command);
  credentials_status_t status;
  if (text_is(command, "default")) {
    status = credentials_reset(store);
    if (status == CREDENTIALS_OK) return print("the embedded credentials are in force from the next connection on\n");
  } else {
    status = credentials_replace(store, command->text, command->text_length);
  }
  command_outcome_t outcome = command_credentials(status);
  outcome.secret = true;
  return outcome;
}

/** Who may run a command. */
typedef enum audience {
  /** Whoever is here may find out what there is, and leave. */
  EVERYBODY,
  USERS,
  ADMINISTRATORS,
} audience_t;

typedef struct entry {
  const char *name, *usage, *help;
  command_outcome_t (*run)(const command_t *command);
  audience_t audience;
} entry_t;

static const entry_t entries[] = {
    {"help", "help", "this list", run_help, EVERYBODY},
    {"info", "info", "modules, sizes, SHA-256, memory in use", run_info, USERS},
    {"uptime", "uptime", "time since the start", run_uptime, USERS},
    {"echo", "echo TEXT", "prints the text", run_echo, USERS},
    {"cat", "cat", "copies the input to the output until its end", run_cat, USERS},
    {"led", "led on|off", "switches the LED; alone: says how it is", run_led, USERS},
    {"exit", "exit [STATUS]", "leaves", run_exit, EVERYBODY},
    {"uart", "uart [BAUD]", "connects this session to the serial port", run_uart, ADMINISTRATORS},
    {"reboot", "reboot", "restarts the device", run_reboot, ADMINISTRATORS},
    {"bootsel", "bootsel", "restarts the device so that it can be flashed", run_bootsel, ADMINISTRATORS},
    {"credentials", "credentials X", "replaces the credentials; default: the embedded ones; -: reads them",
     run_credentials, ADMINISTRATORS},
};

#define ENTRY_COUNT (sizeof entries / sizeof *entries)

static bool is_permitted(const permissions_t *permissions, const entry_t *entry) {
  if (entry->audience == EVERYBODY) return true;
  permission_t what = entry->audience == USERS ? PERMISSION_COMMAND : PERMISSION_ADMINISTRATION;
  return permissions_may(permissions, what, entry->name);
}

static void write_help(const command_outcome_t *outcome, output_t *output) {
  for (size_t i = 0; i < ENTRY_COUNT; i++) {
    if (!is_permitted(outcome->permissions, &entries[i])) continue;
    output_padded(output, entries[i].usage, USAGE_WIDTH);
    output_text(output, " ");
    output_text(output, entries[i].help);
    output_text(output, "\n");
  }
}

const char *command_word(const void *permissions, size_t index) {
  for (size_t i = 0; i < ENTRY_COUNT; i++) {
    if (is_permitted(permissions, &entries[i]) && index-- == 0) return entries[i].name;
  }
  return NULL;
}

static void write_not_permitted(const command_outcome_t *outcome, output_t *output) {
  write_text(outcome, output);
  output_text(output, ": not permitted; help lists what is\n");
}

static command_outcome_t refuse(const entry_t *entry) {
  command_outcome_t outcome = fail(COMMAND_NOT_PERMITTED, entry->name);
  outcome.write = write_not_permitted;
  return outcome;
}

command_outcome_t command_run(const command_t *command) {
  if (command->name_length == 0) return (command_outcome_t){.keeps_status = true};
  for (size_t i = 0; i < ENTRY_COUNT; i++) {
    if (!command_is(command, entries[i].name)) continue;
    return is_permitted(command->permissions, &entries[i]) ? entries[i].run(command) : refuse(&entries[i]);
  }
  return (command_outcome_t){.status = COMMAND_NOT_FOUND,
                             .error = true,
                             .write = write_not_found,
                             .text = command->name,
                             .text_length = command->name_length};
}
