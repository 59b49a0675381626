// The commands of the device shell: finds, permits, explains and runs them. They know nothing of channels and lines.
//
// Ours stand in commands/, a table for each subject, and a board or a firmware adds its own (device.commands,
// command.h). A command of theirs replaces one of ours that has the same name.

#ifndef SESAME_COMMANDS_H
#define SESAME_COMMANDS_H

#include "applications/command.h"
#include "store/credentials.h"

/** A call of the words, a zero behind each; `terminal` is still to be filled in. */
command_call_t command_parse(command_scope_t scope, const char *words, size_t length);

/** Runs the command, or says why not. */
command_outcome_t command_run(const command_call_t *call);

/** The command with this index, of those that the user may run; null behind the last one. */
const command_t *command_offered(const command_scope_t *scope, size_t index);

/** Usage and help of a command, or why not. */
command_outcome_t command_explain(const command_scope_t *scope, command_word_t name);

/** What an attempt to replace the credentials has come to. */
command_outcome_t command_credentials(credentials_status_t status);

#endif
