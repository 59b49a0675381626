// help, echo, cat, history, exit, quit and logout: see tables.h.

#include "applications/commands.h"
#include "applications/commands/tables.h"

#define LAST_STATUS 255
#define USAGE_WIDTH 16
#define NUMBER_WIDTH 5

static void write_list(const command_outcome_t *outcome, output_t *output) {
  const command_t *command;
  for (size_t i = 0; (command = command_offered(&outcome->scope, i)) != NULL; i++) {
    output_padded(output, command->usage, USAGE_WIDTH);
    output_text(output, " ");
    output_text(output, command->help);
    output_text(output, "\n");
  }
}

static command_outcome_t run_help(const command_call_t *call) {
  if (call->text.length > 0) return command_explain(&call->scope, call->text);
  return (command_outcome_t){.write = write_list};
}

static void write_echo(const command_outcome_t *outcome, output_t *output) {
  command_write_words(outcome, output);
  output_text(output, "\n");
}

static command_outcome_t run_echo(const command_call_t *call) {
  return (command_outcome_t){.write = write_echo, .text = call->text.text, .text_length = call->text.length};
}

static command_outcome_t run_cat(const command_call_t *call) {
  (void)call;
  return (command_outcome_t){.keeps_status = true, .next = COMMAND_NEXT_COPY};
}

/** The oldest line first, as bash numbers them. */
static void write_history(const command_outcome_t *outcome, output_t *output) {
  const char *lines = outcome->history.text;
  unsigned number = 0;
  for (size_t begin, end = outcome->history.length; end > 0; end = begin) {
    begin = end - 1;
    while (begin > 0 && lines[begin - 1] != '\n') begin--;
    output_decimal(output, ++number, NUMBER_WIDTH);
    output_text(output, "  ");
    output_bytes(output, lines + begin, end - begin);
  }
}

static command_outcome_t run_history(const command_call_t *call) {
  (void)call;
  return (command_outcome_t){.write = write_history};
}

static command_outcome_t run_exit(const command_call_t *call) {
  uint32_t status = 0;
  if (call->text.length > 0 && !command_word_number(call->text, LAST_STATUS, &status))
    return command_fail(COMMAND_USAGE_ERROR, "the status is a number from 0 to 255");
  return (command_outcome_t){
      .status = (uint8_t)status, .keeps_status = call->text.length == 0, .next = COMMAND_NEXT_EXIT};
}

static const command_t entries[] = {
    {"help", "help [NAME]", "this list, or what is said of one command", run_help, COMMAND_EVERYBODY},
    {"echo", "echo TEXT", "prints the text", run_echo, COMMAND_USERS},
    {"cat", "cat", "copies the input to the output until its end", run_cat, COMMAND_USERS},
    {"history", "history", "lists the lines that were typed", run_history, COMMAND_USERS},
    {"exit", "exit [STATUS]", "leaves", run_exit, COMMAND_EVERYBODY},
    {"quit", "quit [STATUS]", "leaves", run_exit, COMMAND_EVERYBODY},
    {"logout", "logout [STATUS]", "leaves", run_exit, COMMAND_EVERYBODY},
};

const command_table_t session_commands = {entries, sizeof entries / sizeof *entries, NULL};
