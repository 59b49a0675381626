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
/** Bytes of input that one step copies or takes. */
#define PIECE_BYTES 64
/** Steps that one call does at most, so that the other sessions have their turn. */
#define STEPS 256
/** After the end of the input the bridge stays until nothing has come from the port for so long: an answer that is
 * under way is delivered. */
#define BRIDGE_QUIET_MS 500

_Static_assert(sizeof(shell_t) <= LINE_BYTES + HISTORY_BYTES + 320, "every channel has a shell");
_Static_assert(COMMAND_BUFFER_BYTES <= LINE_BYTES, "the line's place is the buffer of commands");

static bool has_terminal(const shell_t *shell) {
  return shell->channel->terminal.present;
}

static uint32_t milliseconds(const shell_t *shell) {
  return (uint32_t)platform_milliseconds(shell->scope.device->platform);
}

static line_t *line_of(shell_t *shell) {
  return &shell->editor.line;
}

static void clear_line(shell_t *shell) {
  wipe(line_of(shell), sizeof(line_t));
  shell->line_too_long = false;
}

static void exit_with(shell_t *shell, uint8_t status) {
  channel_exit(shell->channel, status);
  clear_line(shell);
  shell->state = SHELL_IDLE;
}

/** Ready for the next line. */
static void expect_line(shell_t *shell) {
  if (has_terminal(shell)) {
    shell->state = SHELL_EDITING;
    shell->resized = false;
    line_editor_prompt(&shell->editor, shell->copying ? "" : PROMPT, shell->copying ? NULL : command_word,
                       &shell->scope, shell->channel->terminal.columns);
  } else {
    shell->state = SHELL_SCRIPT;
    clear_line(shell);
  }
}

// ---- commands ----

/** Writes the outcome, and then does what comes next. */
static void write_outcome(shell_t *shell, command_outcome_t outcome) {
  shell->outcome = outcome;
  shell->written = 0;
  shell->state = SHELL_WRITING;
}

static void run_line(shell_t *shell) {
  line_t *line = line_of(shell);
  command_call_t call = command_parse(line->bytes, line->length);
  call.scope = shell->scope;
  call.terminal = has_terminal(shell);
  command_outcome_t outcome = command_run(call);
  if (shell->state == SHELL_EDITING && !outcome.secret) line_editor_remember(&shell->editor);
  if (!outcome.keeps_status) shell->status = outcome.status;
  outcome.buffer = line->bytes;
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
    clear_line(shell);
    shell->input_ms = milliseconds(shell);
    shell->state = SHELL_BRIDGED;
    break;
  case COMMAND_NEXT_CREDENTIALS:
    clear_line(shell);
    credentials_text_begin(&shell->credentials, &shell->scope.device->store);
    shell->state = SHELL_CREDENTIALS;
    break;
  }
}

static void write_too_long(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "a line has more than ");
  output_decimal(output, LINE_BYTES, 0);
  output_text(output, " bytes\n");
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

/** Ctrl-D, or the end of the input: ends `cat`, or else the shell. */
static void end_input(shell_t *shell) {
  if (shell->copying && !shell->single) {
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
  const line_t *line = line_of(shell);
  line_editor_remember(&shell->editor);
  write_outcome(shell, (command_outcome_t){.next = COMMAND_NEXT_COPY,
                                           .write = write_copied_line,
                                           .text = line->bytes,
                                           .text_length = line->length});
}

static void handle_editor_event(shell_t *shell) {
  switch (line_editor_event(&shell->editor)) {
  case EDITOR_EVENT_NONE: break;
  case EDITOR_EVENT_LINE:
    if (shell->copying)
      copy_line(shell);
    else
      run_line(shell);
    break;
  case EDITOR_EVENT_INTERRUPT:
    shell->status = COMMAND_INTERRUPTED;
    if (shell->single) return exit_with(shell, shell->status);
    shell->copying = false;
    expect_line(shell);
    break;
  case EDITOR_EVENT_END: end_input(shell); break;
  }
}

/** The next key that is complete. */
static bool next_key(shell_t *shell, editor_key_t *key, bool *progress) {
  keys_t *keys = &shell->editor.keys;
  uint32_t now = milliseconds(shell);
  if (keys_escape_waits(keys) && now - shell->input_ms >= KEYS_ESCAPE_MS) {
    keys_escape_alone(keys, key);
    return *progress = true;
  }
  uint8_t byte;
  *progress = channel_receive(shell->channel, &byte, 1) > 0;
  if (!*progress) return false;
  shell->input_ms = now;
  return keys_take(keys, byte, key);
}

static bool step_editing(shell_t *shell) {
  line_editor_t *editor = &shell->editor;
  if (editor->view != EDITOR_VIEW_NONE) {
    output_t output = output_begin(shell->channel, shell->written);
    line_editor_write(editor, &output);
    if (!finish_turn(shell, &output)) return output.sent > 0;
    line_editor_written(editor);
    if (editor->view == EDITOR_VIEW_NONE) handle_editor_event(shell);
    return true;
  }
  if (shell->resized) {
    shell->resized = false;
    line_editor_resize(editor, shell->channel->terminal.columns);
    return true;
  }
  if (shell->interrupted) {
    static const editor_key_t control_c = {.name = KEY_CHARACTER, .control = true, .length = 1, .character = "c"};
    shell->interrupted = false;
    line_editor_key(editor, &control_c);
    return true;
  }
  editor_key_t key;
  bool progress;
  if (next_key(shell, &key, &progress)) {
    line_editor_key(editor, &key);
    if (editor->view == EDITOR_VIEW_NONE) handle_editor_event(shell);
  } else if (!progress && channel_input_ended(shell->channel)) {
    exit_with(shell, shell->status);
    return true;
  }
  return progress;
}

static void take_line(shell_t *shell) {
  line_t *line = line_of(shell);
  if (shell->line_too_long) {
    write_outcome(shell, (command_outcome_t){.error = true, .write = write_too_long});
    return;
  }
  if (line->length > 0 && line->bytes[line->length - 1] == '\r') line->length--;
  run_line(shell);
}

static bool step_script(shell_t *shell) {
  line_t *line = line_of(shell);
  uint8_t byte;
  if (channel_receive(shell->channel, &byte, 1) > 0) {
    if (byte == '\n')
      take_line(shell);
    else if (line->length < LINE_BYTES)
      line->bytes[line->length++] = (char)byte;
    else
      shell->line_too_long = true;
    return true;
  }
  if (!channel_input_ended(shell->channel)) return false;
  if (line->length > 0)
    take_line(shell);
  else
    exit_with(shell, shell->status);
  return true;
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
  bridge_event_t event = bridge_step(shell->channel, shell->scope.device->platform, line_of(shell));
  uint32_t now = milliseconds(shell);
  if (event == BRIDGE_CARRIED) shell->input_ms = now;
  if (event == BRIDGE_ENDED && now - shell->input_ms < BRIDGE_QUIET_MS) event = BRIDGE_IDLE;
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

/** Ends what runs without an editor. */
static void interrupt(shell_t *shell) {
  bool is_command = shell->state == SHELL_WRITING || shell->state == SHELL_WAITING;
  shell->interrupted = false;
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
  if (has_terminal(shell) && channel_take_interrupt(shell->channel)) shell->interrupted = true;
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
  // what is being written has been computed: it goes on to its end
  if (shell->interrupted && shell->state != SHELL_EDITING && shell->state != SHELL_WRITING) {
    interrupt(shell);
    return true;
  }
  switch (shell->state) {
  case SHELL_IDLE: return false;
  case SHELL_EDITING: return step_editing(shell);
  case SHELL_SCRIPT: return step_script(shell);
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
  shell->scope = (command_scope_t){device, permissions};
  shell->channel = channel;
  shell->single = kind == SHELL_REQUEST_EXEC;
  line_editor_start(&shell->editor);
  if (!shell->single) {
    expect_line(shell);
  } else if (length > LINE_BYTES) {
    shell->status = COMMAND_USAGE_ERROR;
    write_outcome(shell, (command_outcome_t){.error = true, .write = write_too_long});
  } else {
    line_t *line = line_of(shell);
    if (length > 0) memcpy(line->bytes, text, length);
    line->length = (uint16_t)length;
    run_line(shell);
  }
  return true;
}

void shell_window_change(shell_t *shell) {
  shell->resized = true;
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
  wipe(shell, sizeof *shell);
}
