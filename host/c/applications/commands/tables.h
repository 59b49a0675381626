// Our own commands by subject: one table in each file of this folder. A command is added there, and nowhere else.
// host/node/applications/commands has the same files.

#ifndef SESAME_COMMAND_TABLES_H
#define SESAME_COMMAND_TABLES_H

#include "applications/command.h"

/** Talks to whoever is here: help, echo, cat, history, exit. */
extern const command_table_t session_commands;
/** Says what there is: version, info, uptime, free. */
extern const command_table_t facts_commands;
/** Says who is here, and what has happened: who, log. */
extern const command_table_t people_commands;
/** What the board has: led, uart, reboot, bootsel. */
extern const command_table_t hardware_commands;
/** Who may log in: credentials. */
extern const command_table_t credentials_commands;

#endif
