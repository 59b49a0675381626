// What a terminal is sent so that it shows the line that is being edited: see line_editor.h. The sequences are
// ECMA-48's, and their order is readline's.

#include <string.h>

#include "applications/line_editor.h"

static display_position_t position_of(const line_editor_t *editor, size_t length) {
  uint32_t offset = display_advance(0, editor->prompt, strlen(editor->prompt), editor->columns);
  return display_position(display_advance(offset, editor->line.bytes, length, editor->columns), editor->columns);
}

display_position_t line_editor_cursor(const line_editor_t *editor) {
  return position_of(editor, editor->cursor);
}

/** ESC [ NUMBER LETTER, if the number is not 0. */
static void write_sequence(output_t *output, uint32_t number, const char *letter) {
  if (number == 0) return;
  output_text(output, "\x1b[");
  output_decimal(output, number, 0);
  output_text(output, letter);
}

static void write_line(const line_editor_t *editor, output_t *output) {
  const line_t *line = &editor->line;
  display_position_t end = position_of(editor, line->length);
  display_position_t cursor = line_editor_cursor(editor);
  write_sequence(output, editor->row, "A");
  output_text(output, "\x1b[1G\x1b[0J");
  output_text(output, editor->prompt);
  output_bytes(output, line->bytes, line->length);
  if (end.column == 0) output_text(output, " "); // a terminal begins the next row only when something is written there
  write_sequence(output, cursor.column + 1, "G");
  write_sequence(output, end.row - cursor.row, "A");
}

/** The words in columns, as wide as the longest one and two blanks more. */
static void write_words(const line_editor_t *editor, output_t *output) {
  completion_t completion = line_editor_completion(editor);
  size_t width = completion_width(completion) + 2;
  size_t in_row = editor->columns / width > 0 ? editor->columns / width : 1;
  size_t blanks_before = 0;
  output_text(output, "\r\n");
  const char *word;
  for (size_t count = 0; (word = completion_next(&completion)) != NULL; count++) {
    if (count > 0 && count % in_row == 0)
      output_text(output, "\r\n");
    else
      output_padded(output, "", blanks_before);
    output_text(output, word);
    blanks_before = width - strlen(word);
  }
  output_text(output, "\r\n\r\n");
}

void line_editor_write(const line_editor_t *editor, output_t *output) {
  switch (editor->view) {
  case EDITOR_VIEW_NONE: break;
  case EDITOR_VIEW_LINE: write_line(editor, output); break;
  case EDITOR_VIEW_INSERTED:
    output_bytes(output, editor->line.bytes + editor->cursor - editor->extent, (size_t)editor->extent);
    break;
  case EDITOR_VIEW_CURSOR:
    if (editor->extent > 0)
      write_sequence(output, (uint32_t)editor->extent, "C");
    else
      write_sequence(output, (uint32_t)-editor->extent, "D");
    break;
  case EDITOR_VIEW_WORDS: write_words(editor, output); break;
  case EDITOR_VIEW_BELL: output_text(output, "\a"); break;
  case EDITOR_VIEW_CLEAR_SCREEN: output_text(output, "\x1b[1;1H\x1b[0J"); break;
  case EDITOR_VIEW_CANCELLED:
    write_line(editor, output);
    output_text(output, "^C\r\n");
    break;
  case EDITOR_VIEW_NEWLINE: output_text(output, "\r\n"); break;
  }
}
