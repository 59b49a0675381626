// See commands.h. host/node/applications/commands.ts says the same.

#include "applications/commands.h"

#include <string.h>

#include "applications/commands/tables.h"
#include "server/device.h"

/** As much of a name that is not known as is repeated. */
#define NAME_CHARACTERS 64
/** Shorter names are too much like any other. */
#define LEAST_SIMILAR_CHARACTERS 3

static const command_table_t *const OWN[] = {&session_commands, &facts_commands, &people_commands, &hardware_commands,
                                             &credentials_commands};
#define OWN_COUNT (sizeof OWN / sizeof *OWN)

// ---- finding ----

static const command_t *find_in(const command_table_t *table, command_word_t name) {
  for (; table != NULL; table = table->next) {
    for (size_t i = 0; i < table->count; i++) {
      if (command_word_is(name, table->entries[i].name)) return &table->entries[i];
    }
  }
  return NULL;
}

static const command_t *find(const command_scope_t *scope, command_word_t name) {
  const command_t *found = find_in(scope->device->commands, name);
  for (size_t i = 0; i < OWN_COUNT && found == NULL; i++) found = find_in(OWN[i], name);
  return found;
}

static bool is_permitted(const command_scope_t *scope, const command_t *command) {
  if (command->audience == COMMAND_EVERYBODY) return true;
  permission_t what = command->audience == COMMAND_USERS ? PERMISSION_COMMAND : PERMISSION_ADMINISTRATION;
  return permissions_may(scope->permissions, what, command->name);
}

/** Whether the user can run the command by its name. */
static bool is_offered(const command_scope_t *scope, const command_t *command) {
  return is_permitted(scope, command) && find(scope, (command_word_t){command->name, strlen(command->name)}) == command;
}

/** Takes `*index` offered commands off the table and those behind it: the one that is reached then. */
static const command_t *offered_in(const command_scope_t *scope, const command_table_t *table, size_t *index) {
  for (; table != NULL; table = table->next) {
    for (size_t i = 0; i < table->count; i++) {
      if (is_offered(scope, &table->entries[i]) && (*index)-- == 0) return &table->entries[i];
    }
  }
  return NULL;
}

const command_t *command_offered(const command_scope_t *scope, size_t index) {
  const command_t *found = NULL;
  for (size_t i = 0; i < OWN_COUNT && found == NULL; i++) found = offered_in(scope, OWN[i], &index);
  return found != NULL ? found : offered_in(scope, scope->device->commands, &index);
}

command_call_t command_parse(command_scope_t scope, const char *words, size_t length) {
  command_call_t call = {.scope = scope};
  if (length == 0) return call;
  call.name = (command_word_t){words, strlen(words)};
  size_t before = call.name.length + 1;
  if (length > before) call.text = (command_word_t){words + before, length - before - 1};
  call.command = find(&scope, call.name);
  return call;
}

// ---- what is said in place of a command ----

static void write_explanation(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "usage: ");
  output_text(output, outcome->command->usage);
  output_text(output, "\n");
  output_text(output, outcome->command->help);
  output_text(output, "\n");
}

static void write_not_permitted(const command_outcome_t *outcome, output_t *output) {
  output_text(output, outcome->command->name);
  output_text(output, ": not permitted; help lists what is\n");
}

static command_outcome_t refuse(uint8_t status, void (*write)(const command_outcome_t *outcome, output_t *output)) {
  return (command_outcome_t){.status = status, .error = true, .write = write};
}

static command_outcome_t explain(const command_scope_t *scope, const command_t *command) {
  command_outcome_t outcome = is_permitted(scope, command) ? (command_outcome_t){.write = write_explanation}
                                                           : refuse(COMMAND_NOT_PERMITTED, write_not_permitted);
  outcome.command = command;
  return outcome;
}

/** Whether one of the names becomes the other when one character is put in, taken out or replaced, or when two
 * neighbours change places. */
static bool is_similar(command_word_t name, const char *other) {
  const char *left = name.text, *left_end = name.text + name.length;
  const char *right = other, *right_end = other + strlen(other);
  while (left < left_end && right < right_end && *left == *right) left++, right++;
  while (left < left_end && right < right_end && left_end[-1] == right_end[-1]) left_end--, right_end--;
  size_t left_rest = (size_t)(left_end - left), right_rest = (size_t)(right_end - right);
  if (left_rest == 2 && right_rest == 2) return left[0] == right[1] && left[1] == right[0];
  return left_rest <= 1 && right_rest <= 1;
}

static const command_t *similar(const command_scope_t *scope, command_word_t name) {
  const command_t *command = NULL;
  if (name.length < LEAST_SIMILAR_CHARACTERS) return NULL;
  for (size_t i = 0; (command = command_offered(scope, i)) != NULL; i++) {
    if (is_similar(name, command->name)) return command;
  }
  return NULL;
}

/** Words, without the control characters with which a name could play tricks on the terminal. */
static void write_unknown(const command_outcome_t *outcome, output_t *output) {
  size_t written = 0;
  for (size_t i = 0; i < outcome->text_length; i++) {
    uint8_t byte = (uint8_t)outcome->text[i];
    if ((byte & 0xc0) == 0x80) continue; // of a character that has had its question marks
    bool printable = byte >= 0x20 && byte <= 0x7e;
    // Node counts characters in units of UTF-16: those of four bytes are two
    for (int units = byte >= 0xf0 ? 2 : 1; units > 0 && written < NAME_CHARACTERS; units--, written++) {
      output_bytes(output, printable ? &outcome->text[i] : byte == 0 ? " " : "?", 1);
    }
  }
  output_text(output, ": no such command; ");
}

static void write_not_found(const command_outcome_t *outcome, output_t *output) {
  write_unknown(outcome, output);
  output_text(output, "try help\n");
}

static void write_misspelt(const command_outcome_t *outcome, output_t *output) {
  write_unknown(outcome, output);
  output_text(output, "did you mean ");
  output_text(output, outcome->command->name);
  output_text(output, "?\n");
}

static command_outcome_t not_found(const command_scope_t *scope, command_word_t name) {
  const command_t *meant = similar(scope, name);
  command_outcome_t outcome = refuse(COMMAND_NOT_FOUND, meant != NULL ? write_misspelt : write_not_found);
  outcome.text = name.text;
  outcome.text_length = name.length;
  outcome.command = meant;
  return outcome;
}

command_outcome_t command_explain(const command_scope_t *scope, command_word_t name) {
  const command_t *command = find(scope, name);
  return command != NULL ? explain(scope, command) : not_found(scope, name);
}

// ---- running ----

/** What the command itself says, or what keeps it from being run. */
static command_outcome_t run(const command_call_t *call) {
  const command_t *command = call->command;
  if (!is_permitted(&call->scope, command) || command_word_is(call->text, "--help"))
    return explain(&call->scope, command);
  bool takes_arguments = strcmp(command->usage, command->name) != 0;
  if (call->text.text != NULL && !takes_arguments) return command_fail(COMMAND_USAGE_ERROR, "there are no arguments");
  return command->run(call);
}

command_outcome_t command_run(const command_call_t *call) {
  if (call->name.text == NULL) return (command_outcome_t){.keeps_status = true};
  command_outcome_t outcome = call->command != NULL ? run(call) : not_found(&call->scope, call->name);
  outcome.scope = call->scope;
  if (outcome.command == NULL) outcome.command = call->command;
  return outcome;
}
