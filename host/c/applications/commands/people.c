// who and log: see tables.h. Both tell of others, names and addresses among it: they are for administrators.

#include <string.h>

#include "applications/commands/tables.h"
#include "server/device.h"

_Static_assert(LOG_LINE_BYTES < COMMAND_BUFFER_BYTES, "a line of the log is a piece");

// ---- who ----

/** "connection 3: ann from 192.0.2.1", and in `number` for how long. */
static void describe(command_outcome_t *outcome, const connection_t *connection, uint64_t now_ms) {
  const session_t *session = &connection->session;
  log_line_t line = {0};
  log_text(&line, "connection ");
  log_number(&line, connection->number);
  log_text(&line, ": ");
  log_bytes(&line, session->user, session->user_length);
  char address[PLATFORM_ADDRESS_BYTES];
  platform_address(connection->stream, address);
  if (address[0] != 0) {
    log_text(&line, " from ");
    log_text(&line, address);
  }
  memcpy(outcome->buffer, line.text, line.length);
  outcome->text_length = line.length;
  outcome->number = now_ms - session->opened_ms;
}

static void write_person(const command_outcome_t *outcome, output_t *output) {
  output_bytes(output, outcome->buffer, outcome->text_length);
  output_text(output, " for ");
  output_duration(output, outcome->number);
  output_text(output, "\n");
}

/** `values[0]`: the next place to be looked at. */
static command_progress_t next_person(command_outcome_t *outcome) {
  const device_t *device = outcome->scope.device;
  while (outcome->values[0] < DEVICE_CONNECTIONS) {
    const connection_t *connection = &device->connections[outcome->values[0]++];
    if (connection->state != CONNECTION_OPEN || !connection->authenticated) continue;
    describe(outcome, connection, platform_milliseconds(device->platform));
    outcome->write = write_person;
    return COMMAND_MORE;
  }
  return COMMAND_DONE;
}

static command_outcome_t run_who(const command_call_t *call) {
  (void)call;
  return command_pieces(next_person);
}

// ---- log ----

/** With the second since the start at which it was written. */
static void write_line(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "[");
  output_decimal(output, outcome->number, 0);
  output_text(output, "] ");
  output_text(output, outcome->buffer);
  output_text(output, "\n");
}

/** `values`: the next line, and the first that is not written any more. */
static command_progress_t next_line(command_outcome_t *outcome) {
  const log_ring_t *ring = &outcome->scope.device->log;
  uint32_t *number = &outcome->values[0];
  uint32_t seconds;
  if ((int32_t)(ring->first - *number) > 0) *number = ring->first; // the client was slow, and lines have gone
  if ((int32_t)(*number - outcome->values[1]) >= 0) return COMMAND_DONE;
  if (!log_ring_read(ring, (*number)++, &seconds, outcome->buffer)) return COMMAND_DONE;
  outcome->number = seconds;
  outcome->write = write_line;
  return COMMAND_MORE;
}

static command_outcome_t run_log(const command_call_t *call) {
  const log_ring_t *ring = &call->scope.device->log;
  uint32_t lines = ring->count;
  if (call->text.length > 0 && !command_word_number(call->text, UINT32_MAX, &lines))
    return command_fail(COMMAND_USAGE_ERROR, "how many lines is a number");
  command_outcome_t outcome = command_pieces(next_line);
  outcome.values[1] = ring->first + ring->count;
  outcome.values[0] = outcome.values[1] - (lines < ring->count ? lines : ring->count);
  return outcome;
}

static const command_t entries[] = {
    {"who", "who", "who is logged in", run_who, COMMAND_ADMINISTRATORS},
    {"log", "log [LINES]", "the last lines of the log", run_log, COMMAND_ADMINISTRATORS},
};

const command_table_t people_commands = {entries, sizeof entries / sizeof *entries, NULL};
