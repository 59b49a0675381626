// help, echo, cat, exit, quit and logout: see tables.h.

#include "applications/commands/lookup.h"
#include "applications/commands/tables.h"

#define LAST_STATUS 255
#define USAGE_WIDTH 16

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
  if (call->text_length > 0) return command_explain(&call->scope, command_text(call));
  return (command_outcome_t){.write = write_list};
}

static void write_echo(const command_outcome_t *outcome, output_t *output) {
  command_write_text(outcome, output);
  output_text(output, "\n");
}

static command_outcome_t run_echo(const command_call_t *call) {
  return (command_outcome_t){.write = write_echo, .text = call->text, .text_length = call->text_length};
}

static command_outcome_t run_cat(const command_call_t *call) {
  (void)call;
  return (command_outcome_t){.keeps_status = true, .next = COMMAND_NEXT_COPY};
}

static command_outcome_t run_exit(const command_call_t *call) {
  uint32_t status = 0;
  if (call->text_length > 0 && !command_word_number(command_text(call), LAST_STATUS, &status))
    return command_fail(COMMAND_USAGE_ERROR, "the status is a number from 0 to 255");
  return (command_outcome_t){
      .status = (uint8_t)status, .keeps_status = call->text_length == 0, .next = COMMAND_NEXT_EXIT};
}

static const command_t entries[] = {
    {"help", "help [NAME]", "this list, or what is said of one command", run_help, COMMAND_EVERYBODY},
    {"echo", "echo TEXT", "prints the text", run_echo, COMMAND_USERS},
    {"cat", "cat", "copies the input to the output until its end", run_cat, COMMAND_USERS},
    {"exit", "exit [STATUS]", "leaves", run_exit, COMMAND_EVERYBODY},
    {"quit", "quit [STATUS]", "leaves", run_exit, COMMAND_EVERYBODY},
    {"logout", "logout [STATUS]", "leaves", run_exit, COMMAND_EVERYBODY},
};

const command_table_t session_commands = {entries, sizeof entries / sizeof *entries, NULL};
