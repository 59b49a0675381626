// What the author of a command is given: see command.h.

#include "applications/command.h"

#include <string.h>

command_word_t command_argument(const command_call_t *call, size_t index) {
  const char *word = call->text.text, *end = word + call->text.length;
  for (; word != NULL && index > 0; index--) word = word + strlen(word) < end ? word + strlen(word) + 1 : NULL;
  return word != NULL ? (command_word_t){word, strlen(word)} : (command_word_t){0};
}

size_t command_argument_count(const command_call_t *call) {
  size_t count = 0;
  while (command_argument(call, count).text != NULL) count++;
  return count;
}

bool command_word_is(command_word_t word, const char *text) {
  return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

bool command_word_number(command_word_t word, uint32_t most, uint32_t *number) {
  uint64_t value = 0;
  for (size_t i = 0; i < word.length; i++) {
    char digit = word.text[i];
    if (digit < '0' || digit > '9') return false;
    value = value * 10 + (uint32_t)(digit - '0');
    if (value > most) return false;
  }
  *number = (uint32_t)value;
  return word.length > 0;
}

void command_write_text(const command_outcome_t *outcome, output_t *output) {
  output_bytes(output, outcome->text, outcome->text_length);
}

void command_write_words(const command_outcome_t *outcome, output_t *output) {
  const char *word = outcome->text, *end = word + outcome->text_length;
  if (word == NULL) return;
  for (; word + strlen(word) < end; word += strlen(word) + 1) {
    output_text(output, word);
    output_text(output, " ");
  }
  output_text(output, word);
}

command_outcome_t command_print(const char *text) {
  return (command_outcome_t){.write = command_write_text, .text = text, .text_length = strlen(text)};
}

command_outcome_t command_pieces(command_progress_t (*proceed)(command_outcome_t *outcome)) {
  return (command_outcome_t){.proceed = proceed};
}

static void write_failure(const command_outcome_t *outcome, output_t *output) {
  output_text(output, outcome->command->name);
  output_text(output, ": ");
  command_write_text(outcome, output);
  output_text(output, "\n");
}

command_outcome_t command_fail(uint8_t status, const char *text) {
  command_outcome_t outcome = command_print(text);
  outcome.status = status;
  outcome.error = true;
  outcome.write = write_failure;
  return outcome;
}
