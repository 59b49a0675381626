// The line that is typed on a terminal, and what its terminal is sent for each key: byte for byte what Node's readline
// sends, for the keys it has in common with it.
//
// A key changes the line at once and leaves what is to be written, a few steps with more than one write among them if
// need be; the next key comes when all of it has been written and no event is left. Not here, as they would cost
// memory: undo, and the text that Ctrl-U, Ctrl-K and Ctrl-W took away.

#ifndef SESAME_LINE_EDITOR_H
#define SESAME_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "applications/completion.h"
#include "applications/display.h"
#include "applications/history.h"
#include "applications/keys.h"
#include "applications/line.h"
#include "applications/output.h"

/** What the terminal must be sent. */
typedef enum editor_view {
  EDITOR_VIEW_NONE = 0,
  /** Prompt, line and cursor. */
  EDITOR_VIEW_LINE,
  /** The characters that were inserted at the line's end. */
  EDITOR_VIEW_INSERTED,
  /** The cursor moves within its row. */
  EDITOR_VIEW_CURSOR,
  /** The words with which the line may go on. */
  EDITOR_VIEW_WORDS,
  EDITOR_VIEW_BELL,
  EDITOR_VIEW_CLEAR_SCREEN,
  EDITOR_VIEW_CANCELLED,
  EDITOR_VIEW_NEWLINE,
} editor_view_t;

/** What comes when the view has been written. */
typedef enum editor_event {
  EDITOR_EVENT_NONE = 0,
  /** The line is complete. It stays until the next prompt. */
  EDITOR_EVENT_LINE,
  /** Ctrl-C. The line is empty. */
  EDITOR_EVENT_INTERRUPT,
  /** Ctrl-D on an empty line. */
  EDITOR_EVENT_END,
} editor_event_t;

/** Zeros, then `line_editor_start`. */
typedef struct line_editor {
  line_t line;
  history_t history;
  keys_t keys;

  const char *prompt;
  /** What Tab completes at a line's begin. */
  completion_words_t words;
  const void *words_context;
  /** The terminal's width, 0 if it is not known. */
  uint32_t columns;

  editor_view_t view;
  /** What follows the view. */
  editor_view_t next_view;
  editor_event_t event;
  /** Of EDITOR_VIEW_INSERTED: bytes; of EDITOR_VIEW_CURSOR: columns, negative to the left. */
  int32_t extent;

  /** Byte of the line at which the cursor stands. */
  uint16_t cursor;
  /** The row of the cursor when the line was last shown as a whole. */
  uint32_t row;
  /** Which line of the history is shown; -1: none. */
  int8_t history_index;
  /** While the history is searched: length of what its lines must begin with; -1: it is not. */
  int16_t search_length;
  /** The bell has rung because the line is full; it rings once until a key is heard again. */
  bool rang;
  bool saw_return;
  bool saw_tab;
} line_editor_t;

void line_editor_start(line_editor_t *editor);

/** Shows the prompt with an empty line; what the line held is overwritten. `words`, which is
 * called with `context`, may be null. */
void line_editor_prompt(line_editor_t *editor, const char *prompt, completion_words_t words, const void *context,
                        uint32_t columns);

/** Shows the line again on a terminal that has changed. There is no view. */
void line_editor_resize(line_editor_t *editor, uint32_t columns);

/** Handles a key. There is no view and no event. */
void line_editor_key(line_editor_t *editor, const editor_key_t *key);

/** Writes the view (line_view.c). */
void line_editor_write(const line_editor_t *editor, output_t *output);
/** The view has been written as a whole. */
void line_editor_written(line_editor_t *editor);
/** Takes the event, once there is no view. */
editor_event_t line_editor_event(line_editor_t *editor);

/** Where the terminal's cursor belongs (line_view.c). */
display_position_t line_editor_cursor(const line_editor_t *editor);
/** The words with which the line may go on. */
completion_t line_editor_completion(const line_editor_t *editor);

/** Keeps the complete line in the history. Not for secrets. */
void line_editor_remember(line_editor_t *editor);

#endif
