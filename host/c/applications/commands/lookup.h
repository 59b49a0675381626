// What `help` asks of commands.c.

#ifndef SESAME_COMMAND_LOOKUP_H
#define SESAME_COMMAND_LOOKUP_H

#include "applications/command.h"

/** The command with this index, of those that the user may run; null behind the last one. */
const command_t *command_offered(const command_scope_t *scope, size_t index);

/** Usage and help of a command, or why not. */
command_outcome_t command_explain(const command_scope_t *scope, command_word_t name);

#endif
