// The line that is typed on a terminal: see line_editor.h.
//
// What a key does comes first, then what is written. The rules, odd ones among them, are those of Node's readline.

#include "applications/line_editor.h"

#include <string.h>

#include "wipe.h"

#define NO_SEARCH (-1)
#define NO_LINE (-1)

// ---- changes ----

static void show_line(line_editor_t *editor) {
  editor->view = EDITOR_VIEW_LINE;
}

static void move_cursor(line_editor_t *editor, size_t to) {
  display_position_t before = line_editor_cursor(editor);
  editor->cursor = (uint16_t)to;
  display_position_t after = line_editor_cursor(editor);
  editor->extent = (int32_t)after.column - (int32_t)before.column;
  if (after.row != before.row)
    show_line(editor);
  else if (editor->extent != 0)
    editor->view = EDITOR_VIEW_CURSOR;
}

/** The line is full. Of a long text that is pasted every character would ring. */
static void ring(line_editor_t *editor) {
  if (!editor->rang) editor->view = EDITOR_VIEW_BELL;
  editor->rang = true;
}

static void insert(line_editor_t *editor, const char *text, size_t length) {
  line_t *line = &editor->line;
  if (length > (size_t)(LINE_BYTES - line->length)) return ring(editor);
  editor->rang = false;
  uint32_t row = line_editor_cursor(editor).row;
  bool at_end = editor->cursor == line->length;
  memmove(line->bytes + editor->cursor + length, line->bytes + editor->cursor, (size_t)(line->length - editor->cursor));
  memcpy(line->bytes + editor->cursor, text, length);
  line->length = (uint16_t)(line->length + length);
  editor->cursor = (uint16_t)(editor->cursor + length);
  editor->extent = (int32_t)length;
  editor->view = at_end && line_editor_cursor(editor).row == row ? EDITOR_VIEW_INSERTED : EDITOR_VIEW_LINE;
}

/** Removes the bytes from `from` to `to`, one of which is where the cursor stands. */
static void remove_text(line_editor_t *editor, size_t from, size_t to) {
  line_t *line = &editor->line;
  memmove(line->bytes + from, line->bytes + to, line->length - to);
  line->length = (uint16_t)(line->length - (to - from));
  editor->cursor = (uint16_t)from;
  show_line(editor);
}

/** Deletes from the cursor to `to`, if that is somewhere else. */
static void delete_to(line_editor_t *editor, size_t to) {
  size_t from = editor->cursor;
  if (to < from)
    remove_text(editor, to, from);
  else if (to > from)
    remove_text(editor, from, to);
}

static void start_view(line_editor_t *editor, editor_view_t view) {
  editor->view = view;
  if (view == EDITOR_VIEW_CANCELLED) editor->line.length = editor->cursor = 0;
}

/** Moves the cursor behind the line, and then leaves it. */
static void leave_line(line_editor_t *editor, editor_view_t view, editor_event_t event) {
  move_cursor(editor, editor->line.length);
  if (editor->view == EDITOR_VIEW_NONE)
    start_view(editor, view);
  else
    editor->next_view = view;
  editor->event = event;
}

// ---- history ----

static const char *recall(const line_editor_t *editor, int index) {
  return history_line(&editor->history, (size_t)index);
}

/** Whether a line of the history is passed over: it is shown already, or does not begin with what is searched. */
static bool is_passed_over(const line_editor_t *editor, int index, size_t search_length) {
  const char *candidate = recall(editor, index);
  size_t length = strlen(candidate);
  const line_t *line = &editor->line;
  bool shown = length == line->length && memcmp(candidate, line->bytes, length) == 0;
  // the line begins with what is searched as long as the search goes on
  return shown || length < search_length || memcmp(candidate, line->bytes, search_length) != 0;
}

static void search_history(line_editor_t *editor, int step) {
  int count = editor->history.count;
  int index = editor->history_index;
  if (step > 0 ? index >= count || count == 0 : index < 0) return;
  size_t search_length = editor->search_length == NO_SEARCH ? 0 : (size_t)editor->search_length;
  do index += step;
  while (index >= 0 && index < count && is_passed_over(editor, index, search_length));

  line_t *line = &editor->line;
  line->length = (uint16_t)search_length;
  if (index >= 0 && index < count) {
    line->length = (uint16_t)strlen(recall(editor, index));
    memcpy(line->bytes, recall(editor, index), line->length);
  }
  editor->history_index = (int8_t)index;
  editor->cursor = line->length;
  show_line(editor);
}

static void begin_search(line_editor_t *editor) {
  if (editor->search_length == NO_SEARCH) editor->search_length = (int16_t)editor->cursor;
}

static void end_search(line_editor_t *editor) {
  if (editor->search_length == NO_SEARCH) return;
  editor->search_length = NO_SEARCH;
  if (editor->history_index == editor->history.count) editor->history_index = NO_LINE;
}

void line_editor_remember(line_editor_t *editor) {
  const line_t *line = &editor->line;
  history_t *history = &editor->history;
  size_t blanks = 0;
  while (blanks < line->length && line->bytes[blanks] == ' ') blanks++;
  if (blanks == line->length) return;
  editor->history_index = NO_LINE;
  if (history->count > 0) {
    const char *last = history_line(history, 0);
    if (strlen(last) == line->length && memcmp(last, line->bytes, line->length) == 0) return;
  }
  history_add(history, line->bytes, line->length);
}

// ---- completion ----

completion_t line_editor_completion(const line_editor_t *editor) {
  return (completion_t){
      .words = editor->words, .context = editor->words_context, .text = editor->line.bytes, .length = editor->cursor};
}

/** Inserts what all the words have in common; shows them at the second Tab when that is nothing. */
static void complete(line_editor_t *editor, bool again) {
  size_t common;
  const char *word = completion_common(line_editor_completion(editor), &common);
  if (word == NULL) return;
  if (common > editor->cursor) {
    insert(editor, word + editor->cursor, common - editor->cursor);
  } else if (again) {
    editor->view = EDITOR_VIEW_WORDS;
    editor->next_view = EDITOR_VIEW_LINE;
  }
}

// ---- keys ----

static bool is_control(const editor_key_t *key, char letter) {
  return key->name == KEY_CHARACTER && key->control && key->character[0] == letter;
}

/** Whether the key is heard when the line is full. */
static bool shortens(const editor_key_t *key) {
  if (key->name == KEY_CHARACTER) return key->control && strchr("acehkuw", key->character[0]) != NULL;
  if (key->control) return false;
  switch (key->name) {
  case KEY_RETURN:
  case KEY_LINEFEED:
  case KEY_BACKSPACE:
  case KEY_DELETE:
  case KEY_LEFT:
  case KEY_RIGHT:
  case KEY_HOME:
  case KEY_END: return true;
  default: return false;
  }
}

static void handle_control_letter(line_editor_t *editor, char letter) {
  switch (letter) {
  case 'a': move_cursor(editor, 0); break;
  case 'b': move_cursor(editor, line_character_left(&editor->line, editor->cursor)); break;
  case 'd': delete_to(editor, line_character_right(&editor->line, editor->cursor)); break;
  case 'e': move_cursor(editor, editor->line.length); break;
  case 'f': move_cursor(editor, line_character_right(&editor->line, editor->cursor)); break;
  case 'k': remove_text(editor, editor->cursor, editor->line.length); break;
  case 'l':
    editor->view = EDITOR_VIEW_CLEAR_SCREEN;
    editor->next_view = EDITOR_VIEW_LINE;
    break;
  case 'n': search_history(editor, -1); break;
  case 'p': search_history(editor, 1); break;
  case 'u': remove_text(editor, 0, editor->cursor); break;
  case 'w': delete_to(editor, line_word_left(&editor->line, editor->cursor)); break;
  }
}

/** A key with Control. */
static void handle_control(line_editor_t *editor, const editor_key_t *key) {
  if (key->shift) return;
  switch (key->name) {
  case KEY_CHARACTER: handle_control_letter(editor, key->character[0]); break;
  case KEY_LEFT: move_cursor(editor, line_word_left(&editor->line, editor->cursor)); break;
  case KEY_RIGHT: move_cursor(editor, line_word_right(&editor->line, editor->cursor)); break;
  default: break;
  }
}

/** A key with Alt, or after Escape. */
static void handle_meta(line_editor_t *editor, const editor_key_t *key) {
  if (key->name == KEY_BACKSPACE) return delete_to(editor, line_word_left(&editor->line, editor->cursor));
  if (key->name != KEY_CHARACTER) return;
  if (key->character[0] == 'b') move_cursor(editor, line_word_left(&editor->line, editor->cursor));
  if (key->character[0] == 'f') move_cursor(editor, line_word_right(&editor->line, editor->cursor));
}

static void handle_plain(line_editor_t *editor, const editor_key_t *key, bool tab_again) {
  bool after_return = editor->saw_return;
  editor->saw_return = key->name == KEY_RETURN;
  switch (key->name) {
  case KEY_CHARACTER: insert(editor, key->character, key->length); break;
  case KEY_LINEFEED:
    if (after_return) break; // CR LF is one end of line
    // fall through
  case KEY_RETURN: leave_line(editor, EDITOR_VIEW_NEWLINE, EDITOR_EVENT_LINE); break;
  case KEY_TAB: complete(editor, tab_again); break;
  case KEY_BACKSPACE: delete_to(editor, line_character_left(&editor->line, editor->cursor)); break;
  case KEY_DELETE: delete_to(editor, line_character_right(&editor->line, editor->cursor)); break;
  case KEY_UP: search_history(editor, 1); break;
  case KEY_DOWN: search_history(editor, -1); break;
  case KEY_LEFT: move_cursor(editor, line_character_left(&editor->line, editor->cursor)); break;
  case KEY_RIGHT: move_cursor(editor, line_character_right(&editor->line, editor->cursor)); break;
  case KEY_HOME: move_cursor(editor, 0); break;
  case KEY_END: move_cursor(editor, editor->line.length); break;
  case KEY_OTHER: break;
  }
}

void line_editor_key(line_editor_t *editor, const editor_key_t *key) {
  if (is_control(key, 'd') && editor->line.length == 0) {
    editor->event = EDITOR_EVENT_END;
    return;
  }
  if (is_control(key, 'z')) return;
  if (editor->line.length == LINE_BYTES) {
    if (!shortens(key)) return ring(editor);
    editor->rang = false;
  }
  bool tab_again = editor->saw_tab;
  editor->saw_tab = key->name == KEY_TAB;
  bool modified = key->control || key->meta || key->shift;
  if ((key->name == KEY_UP || key->name == KEY_DOWN) && !modified)
    begin_search(editor);
  else
    end_search(editor);

  if (is_control(key, 'c'))
    leave_line(editor, EDITOR_VIEW_CANCELLED, EDITOR_EVENT_INTERRUPT);
  else if (key->control)
    handle_control(editor, key);
  else if (key->meta)
    handle_meta(editor, key);
  else
    handle_plain(editor, key, tab_again);
}

// ---- for the shell ----

void line_editor_written(line_editor_t *editor) {
  if (editor->view == EDITOR_VIEW_LINE || editor->view == EDITOR_VIEW_CANCELLED) {
    editor->row = line_editor_cursor(editor).row;
  } else if (editor->view == EDITOR_VIEW_NEWLINE) {
    editor->row = 0;
  }
  start_view(editor, editor->next_view);
  editor->next_view = EDITOR_VIEW_NONE;
}

editor_event_t line_editor_event(line_editor_t *editor) {
  editor_event_t event = editor->event;
  editor->event = EDITOR_EVENT_NONE;
  return event;
}

void line_editor_start(line_editor_t *editor) {
  editor->history_index = NO_LINE;
  editor->search_length = NO_SEARCH;
}

void line_editor_prompt(line_editor_t *editor, const char *prompt, completion_words_t words, const void *context,
                        uint32_t columns) {
  editor->prompt = prompt;
  editor->words = words;
  editor->words_context = context;
  editor->columns = columns;
  wipe(&editor->line, sizeof editor->line);
  editor->cursor = 0;
  show_line(editor);
}

void line_editor_resize(line_editor_t *editor, uint32_t columns) {
  editor->columns = columns;
  show_line(editor);
}
