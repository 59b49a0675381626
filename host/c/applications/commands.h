// The commands of the device shell. They know nothing of channels and lines: a command is run once, and what it prints
// is written afterwards, in as many turns as it takes (output.h).

#ifndef SESAME_COMMANDS_H
#define SESAME_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "applications/output.h"
#include "platform.h"
#include "server/permissions.h"
#include "store/credentials.h"

struct device;

/** Statuses as a Unix shell has them. */
#define COMMAND_FAILED 1
#define COMMAND_USAGE_ERROR 2
#define COMMAND_NOT_PERMITTED 126
#define COMMAND_NOT_FOUND 127
/** Of a command that Ctrl-C ended. */
#define COMMAND_INTERRUPTED 130

/** A line taken apart; the characters stay where they are. */
typedef struct command {
  struct device *device;
  const permissions_t *permissions;
  /** Somebody types at a terminal. */
  bool terminal;
  const char *name;
  size_t name_length;
  /** What follows the name, blanks around it removed. */
  const char *text;
  size_t text_length;
} command_t;

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

/** What a command has come to. */
typedef struct command_outcome {
  uint8_t status;
  /** The status is that of the command before. */
  bool keeps_status;
  /** The line must not be kept. */
  bool secret;
  command_next_t next;
  /** What it writes is an error message. */
  bool error;
  /** Writes the text; null: there is none. What it needs is below, and does not change meanwhile. */
  void (*write)(const struct command_outcome *outcome, output_t *output);
  /** Characters of the line or of the program. */
  const char *text;
  size_t text_length;
  /** A speed, a time, or cycles. */
  uint64_t number;
  platform_memory_t memory;
  const permissions_t *permissions;
} command_outcome_t;

command_t command_parse(const char *line, size_t length);

bool command_is(const command_t *command, const char *name);

/** The name of the command with this index, of those that the user may run; null behind the last one.
 * `permissions`: a permissions_t. */
const char *command_word(const void *permissions, size_t index);

/** Runs the command, whose `device`, `permissions` and `terminal` have been filled in. */
command_outcome_t command_run(const command_t *command);

/** What an attempt to replace the credentials has come to. */
command_outcome_t command_credentials(credentials_status_t status);

#endif
