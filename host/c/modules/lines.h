// The shell module's exports (docs/abi.md, "shell"): `lines` here, since the shell is what this host makes of them.

#ifndef SESAME_LINES_H
#define SESAME_LINES_H

#include "modules/module.h"

/** Makes an instance. False: `failed` says why. */
bool lines_instantiate(module_t *lines, platform_t *platform);

/** Says what the input is, and how wide a terminal, 0 if that is not known. */
void lines_open(module_t *lines, shell_input_t input, uint32_t columns);
/** Begins a line; what was known of the one before is overwritten. */
void lines_prompt(module_t *lines, const char *prompt);
/** Where the input for `lines_receive` belongs, and the words for `lines_complete`. */
module_view_t lines_input(module_t *lines);
/** Takes `length` bytes at the input, or as many as make an event. Output that waits must have been taken. */
shell_event_t lines_receive(module_t *lines, uint32_t length);
/** How many it has taken. */
uint32_t lines_consumed(module_t *lines);
/** The input has ended: the last line, or SHELL_EVENT_END. */
shell_event_t lines_end(module_t *lines);
/** The Escape key was pressed alone, if it was pressed at all. */
void lines_end_escape(module_t *lines);
/** The terminal has another width. */
void lines_resize(module_t *lines, uint32_t columns);
/** The next bytes for the terminal, at most `room`; none: all have been taken. */
module_view_t lines_output(module_t *lines, size_t room);
/** The line, until the next prompt. */
module_view_t lines_line(module_t *lines);
/** Makes words of it; true when no quote is unfinished. */
bool lines_split_words(module_t *lines);
/** The words, a zero behind each, until the next prompt. */
module_view_t lines_words(module_t *lines);
/** Keeps the line in the history. Not for secrets. */
void lines_remember(module_t *lines);
/** The newest line first, LF behind each. */
module_view_t lines_history(module_t *lines);
/** Where in the line the word begins that is to be completed. */
uint32_t lines_word_start(module_t *lines);
/** Completes it with those in the input, LF behind each. */
void lines_complete(module_t *lines, uint32_t length);

#endif
