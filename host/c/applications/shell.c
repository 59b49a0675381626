// The device shell: see shell.h.
//
// A step writes what waits to be written, or else takes a byte of input and acts on it. So the input waits for the
// client to take the output, and no state is entered before the text of the one before has been sent.

#include "applications/shell.h"

#include <string.h>

#include "applications/bridge.h"
#include "server/device.h"
#include "wipe.h"

#define PROMPT "sesame> "
/** Bytes of input that one step copies. */
#define PIECE_BYTES 64
/** Steps that one call does at most, so that the other sessions have their turn. */
#define STEPS 256
/** After the end of the input the bridge stays until nothing has come from the port for so long: an answer that is
 * under way is delivered. */
#define BRIDGE_QUIET_MS 500

_Static_assert(sizeof(shell_t) <= 512, "every channel has a shell");
_Static_assert(COMMAND_BUFFER_BYTES <= SHELL_INPUT_CAPACITY, "the module's input is the buffer of commands");

static bool has_terminal(const shell_t *shell) {
  return shell->channel->terminal.present;
}

static uint32_t milliseconds(const shell_t *shell) {
  return (uint32_t)platform_milliseconds(shell->scope.device->platform);
}

static void exit_with(shell_t *shell, uint8_t status) {
  channel_exit(shell->channel, status);
  line_reader_prompt(&shell->reader, ""); // the line may be secret
  shell->state = SHELL_IDLE;
}

/** Ready for the next line. */
static void expect_line(shell_t *shell) {
  line_reader_prompt(&shell->reader, shell->copying ? "" : PROMPT);
  shell->state = SHELL_LINES;
}

// ---- commands ----

/** Writes the outcome, and then does what comes next. */
static void write_outcome(shell_t *shell, command_outcome_t outcome) {
  shell->outcome = outcome;
  shell->written = 0;
  shell->state = SHELL_WRITING;
}

static void write_too_long(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "a line has more than ");
  output_decimal(output, outcome->number, 0);
  output_text(output, " bytes\n");
}

static void write_unfinished(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "a quote has no end\n");
}

/** A line that is not run. */
static void refuse(shell_t *shell, void (*write)(const command_outcome_t *outcome, output_t *output)) {
  shell->status = COMMAND_USAGE_ERROR;
  write_outcome(shell,
                (command_outcome_t){.error = true, .write = write, .number = lines_line(&shell->reader.lines).length});
}

/** What is typed on a terminal is kept; a single command is not, and neither is what is typed for `cat`. */
static void remember(shell_t *shell) {
  if (has_terminal(shell) && !shell->single) lines_remember(&shell->reader.lines);
}

static void run_line(shell_t *shell) {
  module_t *lines = &shell->reader.lines;
  bool is_finished = lines_split_words(lines);
  module_view_t words = lines_words(lines);
  module_view_t input = lines_input(lines);
  if (input.length < COMMAND_BUFFER_BYTES) module_fail(lines, "the shell module has no buffer for commands");
  if (lines->failed) return;
  if (!is_finished) {
    remember(shell);
    refuse(shell, write_unfinished);
    return;
  }
  command_call_t call = command_parse(shell->scope, (const char *)words.bytes, words.length);
  call.terminal = has_terminal(shell);
  command_outcome_t outcome = command_run(&call);
  if (!outcome.secret) remember(shell);
  if (!outcome.keeps_status) shell->status = outcome.status;
  module_view_t history = lines_history(lines);
  outcome.history = (command_word_t){(const char *)history.bytes, history.length};
  outcome.buffer = (char *)input.bytes;
  write_outcome(shell, outcome);
}

static void after_command(shell_t *shell) {
  switch (shell->outcome.next) {
  case COMMAND_NEXT_COMMAND:
    if (shell->single)
      exit_with(shell, shell->status);
    else
      expect_line(shell);
    break;
  case COMMAND_NEXT_EXIT: exit_with(shell, shell->status); break;
  case COMMAND_NEXT_COPY:
    shell->copying = true;
    expect_line(shell);
    if (!has_terminal(shell)) shell->state = SHELL_COPYING;
    break;
  case COMMAND_NEXT_BRIDGE:
    shell->carried_ms = milliseconds(shell);
    shell->state = SHELL_BRIDGED;
    break;
  case COMMAND_NEXT_CREDENTIALS:
    credentials_text_begin(&shell->credentials, &shell->scope.device->store);
    shell->state = SHELL_CREDENTIALS;
    break;
  }
}

static void write_copied_line(const command_outcome_t *outcome, output_t *output) {
  output_bytes(output, outcome->text, outcome->text_length);
  output_text(output, "\n");
}

static void write_left(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "\nserial port left\n");
}

static void write_gone(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "uart: the serial port has gone\n");
}

/** Ctrl-D ends `cat`, or else the shell; the end of the input ends both. */
static void end_input(shell_t *shell) {
  if (shell->copying && !shell->single && !shell->reader.ended) {
    shell->copying = false;
    expect_line(shell);
  } else {
    exit_with(shell, shell->status);
  }
}

// ---- states: each function does one thing, and returns whether there was one ----

/** Sends the turn's part of a text; true when that was the rest. */
static bool finish_turn(shell_t *shell, const output_t *output) {
  shell->written = output->incomplete ? (uint16_t)(shell->written + output->sent) : 0;
  return !output->incomplete;
}

static void copy_line(shell_t *shell) {
  module_view_t line = lines_line(&shell->reader.lines);
  write_outcome(shell, (command_outcome_t){.next = COMMAND_NEXT_COPY,
                                           .write = write_copied_line,
                                           .text = (const char *)line.bytes,
                                           .text_length = line.length});
}

/** Gives the module the names of the commands, as far as it has room: it picks out those that the word goes on as. */
static void complete(shell_t *shell) {
  module_view_t input = lines_input(&shell->reader.lines);
  uint32_t length = 0;
  const command_t *command;
  bool is_name = !shell->copying && lines_word_start(&shell->reader.lines) == 0;
  for (size_t i = 0; is_name && (command = command_offered(&shell->scope, i)) != NULL; i++) {
    size_t bytes = strlen(command->name);
    if (bytes >= input.length - length) continue;
    memcpy(input.bytes + length, command->name, bytes);
    length += (uint32_t)bytes;
    input.bytes[length++] = '\n';
  }
  line_reader_complete(&shell->reader, length);
}

static void handle_event(shell_t *shell, shell_event_t event) {
  switch (event) {
  case SHELL_EVENT_NONE: break;
  case SHELL_EVENT_LINE:
    if (shell->copying)
      copy_line(shell);
    else
      run_line(shell);
    break;
  case SHELL_EVENT_TOO_LONG: refuse(shell, write_too_long); break;
  case SHELL_EVENT_INTERRUPT:
    shell->status = COMMAND_INTERRUPTED;
    if (shell->single) return exit_with(shell, shell->status);
    shell->copying = false;
    expect_line(shell);
    break;
  case SHELL_EVENT_END: end_input(shell); break;
  case SHELL_EVENT_COMPLETE: complete(shell); break;
  default: module_fail(&shell->reader.lines, "the shell module returned an unknown event");
  }
}

static bool step_lines(shell_t *shell) {
  shell_event_t event;
  bool progress = line_reader_step(&shell->reader, &event);
  handle_event(shell, event);
  return progress;
}

static bool step_copying(shell_t *shell) {
  uint8_t bytes[PIECE_BYTES];
  size_t room = channel_room(shell->channel);
  size_t length = channel_receive(shell->channel, bytes, room < PIECE_BYTES ? room : PIECE_BYTES);
  if (length > 0) {
    channel_send(shell->channel, bytes, length);
    return true;
  }
  if (!channel_input_ended(shell->channel)) return false;
  exit_with(shell, shell->status);
  return true;
}

static void close_port(shell_t *shell) {
  platform_serial_close(shell->scope.device->platform);
  shell->scope.device->bridged = false;
}

static bool step_bridged(shell_t *shell) {
  bridge_event_t event = bridge_step(shell->channel, shell->scope.device->platform);
  uint32_t now = milliseconds(shell);
  if (event == BRIDGE_CARRIED) shell->carried_ms = now;
  if (event == BRIDGE_ENDED && now - shell->carried_ms < BRIDGE_QUIET_MS) event = BRIDGE_IDLE;
  if (event == BRIDGE_IDLE || event == BRIDGE_CARRIED) return event == BRIDGE_CARRIED;
  close_port(shell);
  if (event == BRIDGE_GONE) {
    shell->status = COMMAND_FAILED;
    write_outcome(shell, (command_outcome_t){.error = true, .write = write_gone});
  } else {
    write_outcome(shell, (command_outcome_t){.write = event == BRIDGE_LEFT ? write_left : NULL});
  }
  return true;
}

static bool step_credentials(shell_t *shell) {
  char piece[PIECE_BYTES];
  size_t length = channel_receive(shell->channel, (uint8_t *)piece, sizeof piece);
  if (length > 0) {
    credentials_text_take(&shell->credentials, piece, length);
    wipe(piece, sizeof piece);
    return true;
  }
  if (!channel_input_ended(shell->channel)) return false;
  command_outcome_t outcome =
      command_credentials(credentials_text_commit(&shell->credentials, &shell->scope.device->store));
  shell->status = outcome.status;
  write_outcome(shell, outcome);
  return true;
}

static void write_interrupted(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "^C\n");
}

/** Ends what runs: on a terminal the line that is edited, too. */
static void interrupt(shell_t *shell) {
  bool is_command = shell->state == SHELL_WRITING || shell->state == SHELL_WAITING;
  shell->interrupted = false;
  if (shell->state == SHELL_LINES && has_terminal(shell)) {
    shell->reader.interrupted = true;
    return;
  }
  shell->status = COMMAND_INTERRUPTED;
  if (shell->state == SHELL_BRIDGED) {
    close_port(shell);
    write_outcome(shell, (command_outcome_t){0});
  } else if (shell->state == SHELL_CREDENTIALS) {
    credentials_text_discard(&shell->credentials);
    write_outcome(shell, (command_outcome_t){0});
  } else if (is_command && has_terminal(shell)) {
    write_outcome(shell, (command_outcome_t){.write = write_interrupted});
  } else {
    exit_with(shell, shell->status);
  }
}

/** Asks the command for another piece. */
static bool step_waiting(shell_t *shell) {
  command_outcome_t *outcome = &shell->outcome;
  if (has_terminal(shell) && line_reader_take_interrupt(&shell->reader)) shell->interrupted = true;
  if (shell->interrupted) return interrupt(shell), true;
  command_progress_t progress = outcome->proceed(outcome);
  shell->state = progress == COMMAND_LATER ? SHELL_WAITING : SHELL_WRITING;
  if (progress != COMMAND_DONE) return progress == COMMAND_MORE;
  if (!outcome->keeps_status) shell->status = outcome->status;
  after_command(shell);
  return true;
}

static bool step_writing(shell_t *shell) {
  const command_outcome_t *outcome = &shell->outcome;
  output_t output = output_begin(shell->channel, shell->written);
  output.carriage_returns = has_terminal(shell);
  output.error = outcome->error && !has_terminal(shell);
  if (outcome->write != NULL) outcome->write(outcome, &output);
  if (!finish_turn(shell, &output)) return output.sent > 0;
  if (outcome->proceed != NULL) return step_waiting(shell) || output.sent > 0;
  after_command(shell);
  return true;
}

static bool step(shell_t *shell) {
  if (shell_failure(shell)) return false; // and the connection ends
  // what is being written has been computed: it goes on to its end
  if (shell->interrupted && shell->state != SHELL_WRITING) return interrupt(shell), true;
  switch (shell->state) {
  case SHELL_IDLE: return false;
  case SHELL_LINES: return step_lines(shell);
  case SHELL_WRITING: return step_writing(shell);
  case SHELL_WAITING: return step_waiting(shell);
  case SHELL_COPYING: return step_copying(shell);
  case SHELL_BRIDGED: return step_bridged(shell);
  case SHELL_CREDENTIALS: return step_credentials(shell);
  }
  return false;
}

// ---- for the session ----

bool shell_request(shell_t *shell, struct device *device, const permissions_t *permissions, channel_t *channel,
                   shell_request_t kind, const uint8_t *text, size_t length) {
  shell_end(shell); // a module in disorder may ask twice
  if (!line_reader_open(&shell->reader, channel, device->platform)) return false;
  shell->scope = (command_scope_t){device, permissions};
  shell->channel = channel;
  shell->single = kind == SHELL_REQUEST_EXEC;
  if (shell->single) {
    shell_event_t event = line_reader_command(&shell->reader, text, length);
    handle_event(shell, event);
  } else {
    expect_line(shell);
  }
  return shell_failure(shell) == NULL;
}

void shell_window_change(shell_t *shell) {
  shell->reader.resized = true;
}

const char *shell_failure(const shell_t *shell) {
  return shell->reader.lines.failed;
}

bool shell_interrupt(shell_t *shell) {
  shell->interrupted = shell->state != SHELL_IDLE;
  return shell->interrupted;
}

bool shell_break(shell_t *shell) {
  return shell->state != SHELL_BRIDGED && shell_interrupt(shell);
}

bool shell_step(shell_t *shell) {
  bool progress = false;
  for (int steps = 0; steps < STEPS && step(shell); steps++) progress = true;
  return progress;
}

void shell_end(shell_t *shell) {
  if (shell->outcome.next == COMMAND_NEXT_BRIDGE) close_port(shell);
  credentials_text_discard(&shell->credentials);
  line_reader_close(&shell->reader);
  wipe(shell, sizeof *shell);
}
