// The device shell: what a client finds behind the login. The same commands in an interactive shell, in a script that
// comes without a terminal, and through `ssh host command`. It does what host/node/applications/shell.ts does, byte for
// byte.
//
// Bytes of the channel become lines (line_reader.h), lines become commands (commands.c), and what those write goes back
// through a window as narrow as the channel's room (output.c). Nothing blocks, and nothing is allocated but the shell
// module's instance and what the store wants for new credentials.

#ifndef SESAME_SHELL_H
#define SESAME_SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "applications/channel.h"
#include "applications/commands.h"
#include "applications/line_reader.h"

struct device;

/** What the client asked for. */
typedef enum shell_request { SHELL_REQUEST_SHELL, SHELL_REQUEST_EXEC } shell_request_t;

typedef enum shell_state {
  /** Nothing was asked for, or it has ended. */
  SHELL_IDLE = 0,
  /** Takes lines, typed on a terminal or not. */
  SHELL_LINES,
  /** Writes what a command has come to. */
  SHELL_WRITING,
  /** A command has something to write later. */
  SHELL_WAITING,
  /** Copies the input to the output. */
  SHELL_COPYING,
  /** Copies to and from the serial port. */
  SHELL_BRIDGED,
  /** Takes credentials from the input. */
  SHELL_CREDENTIALS,
} shell_state_t;

/** One channel's shell. Zeros: there is none. The content is shell.c's. */
typedef struct shell {
  command_scope_t scope;
  channel_t *channel;
  line_reader_t reader;
  shell_state_t state;
  /** The command is the only one: the session ends with it. */
  bool single;
  /** While `cat` runs on a terminal, lines are its input. */
  bool copying;
  /** The client has sent a signal that is still to be acted upon. */
  bool interrupted;
  uint8_t status;
  /** Bytes of the present text that have been sent. */
  uint16_t written;
  /** What the last command has come to. */
  command_outcome_t outcome;
  /** While SHELL_CREDENTIALS: what has come of them. */
  credentials_text_t credentials;
  /** In platform_milliseconds, its lower half: when the bridge has carried a byte. */
  uint32_t carried_ms;
} shell_t;

/** Starts the shell, or the command `text`, which is copied: it may be secret. The permissions, which are the user's,
 * stay. False: the request is refused; `shell_failure` says why. */
bool shell_request(shell_t *shell, struct device *device, const permissions_t *permissions, channel_t *channel,
                   shell_request_t kind, const uint8_t *text, size_t length);

/** Why the shell module must not be called any more; null when it may. */
const char *shell_failure(const shell_t *shell);

/** The terminal has another size. */
void shell_window_change(shell_t *shell);

/** Ends what runs as Ctrl-C does: a command, `cat`, the bridge, a script. False: nothing runs. */
bool shell_interrupt(shell_t *shell);

/** The same of a break (RFC 4335), which a terminal takes for Ctrl-C. The bridge has none: no platform's port can send
 * it. */
bool shell_break(shell_t *shell);

/** Does what can be done now: to be called when input has come, when there is room, and when time has passed. Returns
 * whether it did anything. */
bool shell_step(shell_t *shell);

/** The channel is gone, and what the shell held with it. */
void shell_end(shell_t *shell);

#endif
