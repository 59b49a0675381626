// The device shell (host/c/applications/shell.c) between a stub channel and a stub platform. Reads one command a line,
// and prints a line for everything that the shell does to its surroundings. Bytes are hexadecimal.
//
//   session N           the commands that follow are for channel N, 0 or 1
//   terminal C          it has a terminal, dumb C a dumb one   resize C            which has another size now
//   room N              the channel takes so many bytes between two steps
//   shell | exec HEX    the request                            input HEX | eof     what the client sends
//   time MS             so much time passes                    serial HEX          what the serial port receives
//   started MS          the device starts when the clock says so
//   taken N             the port takes so many bytes a step    end                 the channel is gone
//   refuse WHAT         restart, store or module does          find HEX            whether a shell holds these bytes
//   port N              what has become of the serial port, a platform_serial_status_t
//   login N USER FROM   connection N has logged in          log HEX             a line of the log, with what is a
//   client's extend              the device has the commands of `extensions`

#define _GNU_SOURCE // memmem
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applications/shell.h"
#include "modules/embedded.h"
#include "modules/userauth.h"
#include "server/device.h"

#define SESSIONS 2
#define INPUT_BYTES (1 << 20)

struct platform {
  uint64_t milliseconds;
  platform_serial_status_t port;
  bool refuses_restart, refuses_store, refuses_region;
  size_t serial_taken;
  uint8_t serial[4096];
  size_t serial_length;
  uint8_t slots[PLATFORM_SLOT_COUNT][PLATFORM_SLOT_BYTES];
};

typedef struct far_end {
  channel_t channel;
  shell_t shell;
  bool ended;
  size_t room, sent;
  uint8_t input[INPUT_BYTES];
  size_t input_start, input_end;
  bool eof;
} far_end_t;

static platform_t platform = {.serial_taken = 64};
static device_t device = {.platform = &platform, .store = {.platform = &platform}, .login_cycles = 123456789};
static far_end_t far_ends[SESSIONS];
/** An administrator's, unless it is told otherwise. */
static permissions_t permissions = {.length = 1, .bytes = {1}};

const char platform_name[] = "Test board";
const char embedded_version[] = "1.2.3";
#define HASH_8 "abababab"
#define HASH HASH_8 HASH_8 HASH_8 HASH_8 HASH_8 HASH_8 HASH_8 HASH_8
const engine_module_t embedded_transport = {"the-transport", HASH, 1000, 5000, NULL, NULL};
const engine_module_t embedded_userauth = {"the-userauth", HASH, 1000, 5000, NULL, NULL};
const engine_module_t embedded_connection = {"the-connection", HASH, 1000, 5000, NULL, NULL};
const userauth_build_t embedded_userauth_build = USERAUTH_BUILD;
const uint8_t embedded_credentials[CREDENTIALS_BYTES] = {0};
const uint32_t embedded_credentials_length = CREDENTIALS_BYTES;
const uint32_t embedded_credentials_id = 1;
const uint32_t embedded_credentials_capacity = CREDENTIALS_BYTES;
const embedded_hash_limit_t embedded_hash_limit = {.iterations = 1000, .blocks = 4000};
const bool embedded_credentials_are_development = false;

static void print_bytes(const char *what, const void *bytes, size_t length) {
  printf("%s ", what);
  for (size_t i = 0; i < length; i++) printf("%02x", ((const uint8_t *)bytes)[i]);
  printf("\n");
}

// ---- channel ----

static far_end_t *far_end_of(const channel_t *channel) {
  return channel == &far_ends[0].channel ? &far_ends[0] : &far_ends[1];
}

static void print_session(const channel_t *channel) {
  printf("%d ", (int)(far_end_of(channel) - far_ends));
}

size_t channel_received(const channel_t *channel) {
  const far_end_t *end = far_end_of(channel);
  return end->input_end - end->input_start;
}

size_t channel_before(const channel_t *channel, uint8_t value) {
  const far_end_t *end = far_end_of(channel);
  const uint8_t *start = end->input + end->input_start;
  const uint8_t *first = memchr(start, value, channel_received(channel));
  return first != NULL ? (size_t)(first - start) : channel_received(channel);
}

size_t channel_peek(const channel_t *channel, uint8_t *bytes, size_t capacity) {
  const far_end_t *end = far_end_of(channel);
  size_t waits = channel_received(channel);
  size_t length = waits < capacity ? waits : capacity;
  memcpy(bytes, end->input + end->input_start, length);
  return length;
}

void channel_take(channel_t *channel, size_t length) {
  if (length > channel_received(channel)) abort();
  far_end_of(channel)->input_start += length;
}

size_t channel_receive(channel_t *channel, uint8_t *bytes, size_t capacity) {
  size_t length = channel_peek(channel, bytes, capacity);
  channel_take(channel, length);
  return length;
}

bool channel_input_ended(const channel_t *channel) {
  return far_end_of(channel)->eof && channel_received(channel) == 0;
}

size_t channel_room(const channel_t *channel) {
  const far_end_t *end = far_end_of(channel);
  return end->room - end->sent;
}

static void take(channel_t *channel, const char *what, const void *bytes, size_t length) {
  if (length > channel_room(channel) || channel->exiting) abort();
  if (length == 0) return;
  far_end_of(channel)->sent += length;
  print_session(channel);
  print_bytes(what, bytes, length);
}

void channel_send(channel_t *channel, const void *bytes, size_t length) {
  take(channel, "out", bytes, length);
}

void channel_send_error(channel_t *channel, const void *bytes, size_t length) {
  take(channel, "err", bytes, length);
}

bool channel_flushed(const channel_t *channel) {
  return far_end_of(channel)->sent == 0;
}

void channel_exit(channel_t *channel, uint32_t status) {
  if (channel->exiting) abort();
  channel->exiting = true;
  print_session(channel);
  printf("exit %u\n", status);
}

// ---- platform and store ----

uint64_t platform_milliseconds(platform_t *of) {
  return of->milliseconds;
}

void platform_computing(platform_t *of, uint32_t longest_ms) {
  (void)of;
  (void)longest_ms;
}

void platform_address(const platform_stream_t *stream, char address[PLATFORM_ADDRESS_BYTES]) {
  strcpy(address, (const char *)stream);
}

void platform_log(platform_t *of, const char *line) {
  (void)of;
  (void)line;
}

void platform_light(platform_t *of, platform_light_t light) {
  (void)of;
  printf("light %d\n", light);
}

platform_serial_status_t platform_serial_open(platform_t *of, uint32_t baud) {
  if (of->port == PLATFORM_SERIAL_OPEN) printf("open %u\n", baud);
  return of->port;
}

bool platform_serial_connected(platform_t *of) {
  return of->port == PLATFORM_SERIAL_OPEN;
}

size_t platform_serial_receive(platform_t *of, uint8_t *bytes, size_t capacity) {
  size_t length = of->serial_length < capacity ? of->serial_length : capacity;
  memcpy(bytes, of->serial, length);
  of->serial_length -= length;
  memmove(of->serial, of->serial + length, of->serial_length);
  return length;
}

size_t platform_serial_send(platform_t *of, const uint8_t *bytes, size_t length) {
  size_t taken = length < of->serial_taken ? length : of->serial_taken;
  if (taken > 0) print_bytes("port", bytes, taken);
  return taken;
}

void platform_serial_close(platform_t *of) {
  (void)of;
  printf("close\n");
}

bool platform_restart(platform_t *of, platform_restart_t how) {
  if (!of->refuses_restart) printf("restart %d\n", how);
  return !of->refuses_restart;
}

platform_memory_t platform_memory(platform_t *of) {
  // what changes between two turns of writing must not show
  static uint32_t peak = 999;
  (void)of;
  return (platform_memory_t){.heap_peak = ++peak, .heap_bytes = 20000, .stack_peak = 0, .stack_bytes = 0};
}

platform_status_t platform_slot_read(platform_t *of, unsigned slot, size_t offset, uint8_t *to, size_t length) {
  memcpy(to, of->slots[slot] + offset, length);
  return PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *of, unsigned slot, const uint8_t *from) {
  if (of->refuses_store) return PLATFORM_STORE_ERROR;
  memcpy(of->slots[slot], from, PLATFORM_SLOT_BYTES);
  const uint8_t *length = from + STORE_HOST_KEY_BYTES + 12; // as store.c has it
  print_bytes("stored", length + 4, (size_t)(length[0] | length[1] << 8));
  return PLATFORM_OK;
}

/** The module's part, of which there is the length alone here: the full build's regions have one in them. */
bool userauth_serves(platform_t *of, const uint8_t *region, uint32_t length) {
  bool is_whole = embedded_userauth_build != USERAUTH_BUILD_FULL || length == (uint32_t)(region[20] | region[21] << 8);
  return !of->refuses_region && is_whole;
}

// ---- somebody else's commands ----

static void write_hello(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "hello ");
  command_write_text(outcome, output);
  output_text(output, "\n");
}

static command_outcome_t run_hello(const command_call_t *call) {
  command_word_t name = command_argument(call, 0);
  if (command_argument_count(call) != 1) return command_fail(COMMAND_FAILED, "who?");
  return (command_outcome_t){.write = write_hello, .text = name.text, .text_length = name.length};
}

static void write_count(const command_outcome_t *outcome, output_t *output) {
  output_decimal(output, outcome->values[0], 5);
  output_text(output, "\n");
}

/** Counts, each number as soon as its second has come. */
static command_progress_t next_count(command_outcome_t *outcome) {
  uint64_t second = platform_milliseconds(outcome->scope.device->platform) / 1000;
  outcome->write = NULL;
  if (outcome->values[0] == outcome->values[1]) return outcome->status = 9, COMMAND_DONE;
  if (outcome->values[2] && outcome->values[0] >= second) return COMMAND_LATER;
  outcome->values[0]++;
  outcome->write = write_count;
  return COMMAND_MORE;
}

static command_outcome_t run_count(const command_call_t *call) {
  command_outcome_t outcome = command_pieces(next_count);
  command_word_number(command_argument(call, 0), 100000, &outcome.values[1]);
  outcome.values[2] = command_word_is(command_argument(call, 1), "slowly");
  return outcome;
}

static command_outcome_t run_uptime(const command_call_t *call) {
  (void)call;
  return command_print("since always\n");
}

static const command_t greetings[] = {{"hello", "hello NAME", "greets", run_hello, COMMAND_USERS}};
static const command_table_t greeting_table = {greetings, 1, NULL};
static const command_t extensions[] = {
    {"count", "count TO [slowly]", "counts", run_count, COMMAND_ADMINISTRATORS},
    {"uptime", "uptime", "in place of ours", run_uptime, COMMAND_USERS},
};
static const command_table_t extension_table = {extensions, 2, &greeting_table};

static void log_in(const char *text) {
  static char addresses[DEVICE_CONNECTIONS][PLATFORM_ADDRESS_BYTES];
  static char user[SESSION_USER_BYTES + 1];
  unsigned number;
  char address[PLATFORM_ADDRESS_BYTES] = "";
  sscanf(text, "%u %63s %45s", &number, user, address);
  connection_t *connection = &device.connections[number - 1];
  memcpy(addresses[number - 1], address, sizeof address);
  *connection = (connection_t){.state = CONNECTION_OPEN,
                               .number = number,
                               .authenticated = true,
                               .stream = (platform_stream_t *)addresses[number - 1]};
  connection->session.opened_ms = platform.milliseconds;
  connection->session.user_length = (uint8_t)strlen(user);
  memcpy(connection->session.user, user, strlen(user));
}

// ---- commands on standard input ----

static uint8_t bytes[INPUT_BYTES];

static size_t read_bytes(const char *text) {
  size_t length = 0;
  unsigned byte;
  for (; sscanf(text, "%2x", &byte) == 1; text += 2) bytes[length++] = (uint8_t)byte;
  return length;
}

/** Steps until nothing happens any more; the channels carry away what was sent. */
static void run(void) {
  for (bool progress = true; progress;) {
    progress = false;
    for (int i = 0; i < SESSIONS; i++) {
      if (far_ends[i].ended) continue;
      progress = shell_step(&far_ends[i].shell) || progress;
      far_ends[i].sent = 0;
      if (shell_failure(&far_ends[i].shell)) abort();
    }
  }
}

static void log_client_bytes(const char *text) {
  log_line_t line = {0};
  size_t length = read_bytes(text);
  log_text(&line, "client: ");
  log_bytes(&line, bytes, length);
  log_ring_keep(&device.log, (uint32_t)(platform.milliseconds / 1000), &line);
}

static bool holds(const shell_t *shell, size_t length) {
  const engine_memory_t *memory = &shell->reader.lines.memory;
  return memmem(shell, sizeof *shell, bytes, length) != NULL ||
         (memory->length > 0 && memmem(memory->bytes, memory->length, bytes, length) != NULL);
}

static void check_nothing_left(const char *text) {
  size_t length = read_bytes(text);
  bool left = false;
  for (int i = 0; i < SESSIONS; i++) left = left || holds(&far_ends[i].shell, length);
  printf("left %d\n", left);
}

int main(void) {
  static char line[2 * INPUT_BYTES + 64];
  far_end_t *end = &far_ends[0];
  for (int i = 0; i < SESSIONS; i++) far_ends[i].room = CHANNEL_OUTPUT_BYTES;
  while (fgets(line, sizeof line, stdin)) {
    char what[16] = "";
    sscanf(line, "%15s", what);
    const char *rest = line + strlen(what) + 1;
    long number = strtol(rest, NULL, 10);
    if (strcmp(what, "session") == 0)
      end = &far_ends[number];
    else if (strcmp(what, "terminal") == 0)
      end->channel.terminal = (channel_terminal_t){.present = true, .columns = (uint32_t)number, .rows = 24};
    else if (strcmp(what, "dumb") == 0)
      end->channel.terminal =
          (channel_terminal_t){.present = true, .dumb = true, .columns = (uint32_t)number, .rows = 24};
    else if (strcmp(what, "resize") == 0) {
      end->channel.terminal.columns = (uint32_t)number;
      shell_window_change(&end->shell);
    } else if (strcmp(what, "signal") == 0)
      shell_interrupt(&end->shell);
    else if (strcmp(what, "login") == 0)
      log_in(rest);
    else if (strcmp(what, "log") == 0)
      log_client_bytes(rest);
    else if (strcmp(what, "extend") == 0)
      device.commands = &extension_table;
    else if (strcmp(what, "break") == 0)
      shell_break(&end->shell);
    else if (strcmp(what, "room") == 0)
      end->room = (size_t)number;
    else if (strcmp(what, "permissions") == 0) {
      size_t length = read_bytes(rest);
      permissions_set(&permissions, bytes, length);
    } else if (strcmp(what, "shell") == 0)
      shell_request(&end->shell, &device, &permissions, &end->channel, SHELL_REQUEST_SHELL, NULL, 0);
    else if (strcmp(what, "exec") == 0) {
      size_t length = read_bytes(rest);
      uint8_t *copy = malloc(length); // so that the sanitizer sees what is read beyond it, and afterwards
      memcpy(copy, bytes, length);
      shell_request(&end->shell, &device, &permissions, &end->channel, SHELL_REQUEST_EXEC, copy, length);
      free(copy);
    } else if (strcmp(what, "input") == 0) {
      size_t length = read_bytes(rest);
      if (end->input_end + length > INPUT_BYTES) abort();
      memcpy(end->input + end->input_end, bytes, length);
      end->input_end += length;
    } else if (strcmp(what, "eof") == 0)
      end->eof = true;
    else if (strcmp(what, "time") == 0)
      platform.milliseconds += (uint64_t)number;
    else if (strcmp(what, "started") == 0)
      device.started_ms = platform.milliseconds = (uint64_t)number;
    else if (strcmp(what, "taken") == 0)
      platform.serial_taken = (size_t)number;
    else if (strcmp(what, "serial") == 0) {
      size_t length = read_bytes(rest);
      if (platform.serial_length + length > sizeof platform.serial) abort();
      memcpy(platform.serial + platform.serial_length, bytes, length);
      platform.serial_length += length;
    } else if (strcmp(what, "refuse") == 0) {
      platform.refuses_restart = strncmp(rest, "restart", 7) == 0;
      platform.refuses_store = strncmp(rest, "store", 5) == 0;
      platform.refuses_region = strncmp(rest, "module", 6) == 0;
    } else if (strcmp(what, "port") == 0) {
      platform.port = (platform_serial_status_t)number;
    } else if (strcmp(what, "end") == 0) {
      shell_end(&end->shell);
      end->ended = true;
    } else if (strcmp(what, "find") == 0)
      check_nothing_left(rest);
    else
      abort();
    run();
  }
  return 0;
}
