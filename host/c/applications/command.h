// What a command of the device shell is made of: its entry in a table, the call, and what the call has come to. This is
// all that the author of a command needs; commands.h finds and runs them.
//
//   static command_outcome_t run_hello(const command_call_t *call) {
//     (void)call;
//     return command_print("hello\n");
//   }
//   static const command_t entries[] = {{"hello", "hello", "greets", run_hello, COMMAND_USERS}};
//   static const command_table_t table = {entries, 1, NULL};
//   …
//   device.commands = &table; // after device_start
//
// A command is run once, and nothing in it waits. What it prints is written afterwards, in as many turns as the client
// takes to read it (output.h), and a long text piece by piece.

#ifndef SESAME_COMMAND_H
#define SESAME_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "applications/output.h"
#include "platform.h"
#include "server/permissions.h"

struct device;
struct command;

/** Statuses as a Unix shell has them. */
#define COMMAND_FAILED 1
#define COMMAND_USAGE_ERROR 2
#define COMMAND_NOT_PERMITTED 126
#define COMMAND_NOT_FOUND 127
/** Of a command that Ctrl-C ended. */
#define COMMAND_INTERRUPTED 130

#define COMMAND_BUFFER_BYTES 256

/** For whom commands are looked up. */
typedef struct command_scope {
  struct device *device;
  const permissions_t *permissions;
} command_scope_t;

/** Characters that stay until the command has ended. `text` null: there are none. */
typedef struct command_word {
  const char *text;
  size_t length;
} command_word_t;

/** A line taken apart, without the quotes that kept blanks together. */
typedef struct command_call {
  command_scope_t scope;
  /** Somebody types at a terminal. */
  bool terminal;
  /** What was called, which need not be in any table. */
  command_word_t name;
  /** The words behind it, a zero between each two. */
  command_word_t text;
  /** The command's own entry; null: there is none. */
  const struct command *command;
} command_call_t;

/** What comes after a command. */
typedef enum command_next {
  COMMAND_NEXT_COMMAND,
  /** The session ends. */
  COMMAND_NEXT_EXIT,
  /** The input is copied to the output. */
  COMMAND_NEXT_COPY,
  /** The serial port has been opened for this session. */
  COMMAND_NEXT_BRIDGE,
  /** The input is a credentials region in base64; `command_credentials` says what has come of it. */
  COMMAND_NEXT_CREDENTIALS,
} command_next_t;

/** Whether there is more to be written. */
typedef enum command_progress {
  COMMAND_DONE = 0,
  /** `write` has another piece. */
  COMMAND_MORE,
  /** Not yet: to be asked again in the next turn. */
  COMMAND_LATER,
} command_progress_t;

/** What a command has come to. Zeros: it has succeeded and prints nothing. */
typedef struct command_outcome {
  uint8_t status;
  /** The status is that of the command before. */
  bool keeps_status;
  /** The line must not be kept. */
  bool secret;
  /** What it writes is an error message. */
  bool error;
  command_next_t next;
  /** Writes the text; null: there is none. It is called again until the client has all of it, and writes the same each
   * time: what it needs is below, and does not change meanwhile. */
  void (*write)(const struct command_outcome *outcome, output_t *output);
  /** Called when the text has gone, or when there was none: prepares another piece. Null: that was all. A command that
   * Ctrl-C or the client's going ends is not called again. */
  command_progress_t (*proceed)(struct command_outcome *outcome);
  /** Characters of the call or of the program. */
  const char *text;
  size_t text_length;
  /** What else `write` and `proceed` want to remember. */
  uint64_t number;
  union {
    platform_memory_t memory;
    uint32_t values[4];
  };
  /** The call's, filled in for `write` and `proceed`. */
  command_scope_t scope;
  const struct command *command;
  /** So are the lines that were typed on the terminal, the newest first, LF behind each. */
  command_word_t history;
  /** COMMAND_BUFFER_BYTES for `proceed` to put a piece together in. */
  char *buffer;
} command_outcome_t;

/** Who may run a command where nothing else is said of the user (docs/users.md). */
typedef enum command_audience {
  /** Whoever is here may find out what there is, and leave. */
  COMMAND_EVERYBODY,
  COMMAND_USERS,
  COMMAND_ADMINISTRATORS,
} command_audience_t;

/** An entry of a table. */
typedef struct command {
  /** Without blanks. */
  const char *name;
  /** The name and its arguments, "led on|off". The same as the name: there are none, and any are refused. */
  const char *usage;
  const char *help;
  command_outcome_t (*run)(const command_call_t *call);
  command_audience_t audience;
} command_t;

typedef struct command_table {
  const command_t *entries;
  size_t count;
  /** Another one; null: there is none. */
  const struct command_table *next;
} command_table_t;

// ---- arguments ----

/** The argument with that index, from 0. */
command_word_t command_argument(const command_call_t *call, size_t index);
size_t command_argument_count(const command_call_t *call);
bool command_word_is(command_word_t word, const char *text);
/** Reads a decimal number; false when it is none, or more than `most`. */
bool command_word_number(command_word_t word, uint32_t most, uint32_t *number);

// ---- outcomes ----

/** The text, which stays. */
command_outcome_t command_print(const char *text);
/** The same in one piece after the other: `proceed` is called for the first one, too. */
command_outcome_t command_pieces(command_progress_t (*proceed)(command_outcome_t *outcome));
/** "NAME: TEXT" as an error message. */
command_outcome_t command_fail(uint8_t status, const char *text);
/** `write` of a text. */
void command_write_text(const command_outcome_t *outcome, output_t *output);
/** `write` of words that are a call's `text`: a blank between each two. */
void command_write_words(const command_outcome_t *outcome, output_t *output);

#endif
