// See lines.h.

#include "modules/lines.h"

#include <string.h>

#include "modules/embedded.h"
#include "modules/lines_exports.h"

bool lines_instantiate(module_t *lines, platform_t *platform) {
  return module_instantiate(lines, platform, &embedded_shell, lines_exports, LINES_EXPORTS);
}

void lines_open(module_t *lines, shell_input_t input, uint32_t columns) {
  module_call2(lines, LINES_OPEN, input, columns);
}

void lines_prompt(module_t *lines, const char *prompt) {
  module_view_t input = lines_input(lines);
  uint32_t length = (uint32_t)strlen(prompt);
  if (length > input.length) module_fail(lines, "the shell module has no room for a prompt");
  if (!lines->failed) memcpy(input.bytes, prompt, length);
  module_call1(lines, LINES_PROMPT, length);
}

module_view_t lines_input(module_t *lines) {
  return module_view_of(lines, LINES_INPUT_PTR, LINES_INPUT_CAPACITY);
}

shell_event_t lines_receive(module_t *lines, uint32_t length) {
  return (shell_event_t)module_call1(lines, LINES_RECEIVE, length);
}

uint32_t lines_consumed(module_t *lines) {
  return module_call0(lines, LINES_CONSUMED);
}

shell_event_t lines_end(module_t *lines) {
  return (shell_event_t)module_call0(lines, LINES_END);
}

void lines_end_escape(module_t *lines) {
  module_call0(lines, LINES_END_ESCAPE);
}

void lines_resize(module_t *lines, uint32_t columns) {
  module_call1(lines, LINES_RESIZE, columns);
}

module_view_t lines_output(module_t *lines, size_t room) {
  module_view_t output = module_output(lines, LINES_OUTPUT_PTR, module_call1(lines, LINES_OUTPUT, (uint32_t)room));
  if (output.length > room) module_fail(lines, "the shell module writes more than there is room for");
  return lines->failed ? MODULE_VIEW_EMPTY : output;
}

module_view_t lines_line(module_t *lines) {
  return module_view_of(lines, LINES_LINE_PTR, LINES_LINE_LENGTH);
}

bool lines_split_words(module_t *lines) {
  return module_call0(lines, LINES_SPLIT_WORDS) == SHELL_WORDS_OK;
}

module_view_t lines_words(module_t *lines) {
  module_view_t words = module_view_of(lines, LINES_WORDS_PTR, LINES_WORDS_LENGTH);
  if (words.length > 0 && words.bytes[words.length - 1] != 0) module_fail(lines, "the shell module ends no word");
  return lines->failed ? MODULE_VIEW_EMPTY : words;
}

void lines_remember(module_t *lines) {
  module_call0(lines, LINES_REMEMBER);
}

module_view_t lines_history(module_t *lines) {
  return module_view_of(lines, LINES_HISTORY_PTR, LINES_HISTORY_LENGTH);
}

uint32_t lines_word_start(module_t *lines) {
  return module_call0(lines, LINES_WORD_START);
}

void lines_complete(module_t *lines, uint32_t length) {
  module_call1(lines, LINES_COMPLETE, length);
}
