// credentials: see tables.h. What it is given is secret: a line with a region is not kept.

#include "applications/commands.h"
#include "applications/commands/tables.h"
#include "modules/embedded.h"
#include "server/device.h"

static void write_usage(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "credentials: default, or a region of ");
  if (embedded_userauth_build == USERAUTH_BUILD_FULL) output_text(output, "at most ");
  output_decimal(output, credentials_capacity(), 0);
  output_text(output, " bytes in base64, or - to read it from the input\n");
}

static const char *fault(credentials_status_t status) {
  switch (status) {
  case CREDENTIALS_NOT_BASE64: return "not base64";
  case CREDENTIALS_CUT_OFF: return "cut off";
  case CREDENTIALS_TOO_LONG: return "too long";
  case CREDENTIALS_TOO_SLOW: return "a password would take this device too long: make its hash cheaper";
  case CREDENTIALS_INVALID: return "not a region for this device, or nobody is in it";
  default: return "the store failed";
  }
}

static void write_fault(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "credentials: ");
  command_write_text(outcome, output);
  output_text(output, "; those in force remain\n");
}

command_outcome_t command_credentials(credentials_status_t status) {
  if (status == CREDENTIALS_OK) return command_print("the new credentials are in force from the next connection on\n");
  bool own_fault = status == CREDENTIALS_STORE_ERROR;
  command_outcome_t outcome = command_fail(own_fault ? COMMAND_FAILED : COMMAND_USAGE_ERROR, fault(status));
  outcome.write = write_fault;
  return outcome;
}

static command_outcome_t from_input(const command_call_t *call) {
  if (call->terminal) return command_fail(COMMAND_USAGE_ERROR, "- wants no terminal: ssh HOST credentials - < FILE");
  return (command_outcome_t){.next = COMMAND_NEXT_CREDENTIALS};
}

/** The region may have come in several words. */
static credentials_status_t replace(store_t *store, const command_call_t *call) {
  credentials_text_t text;
  credentials_text_begin(&text, store);
  for (size_t i = 0; i < command_argument_count(call); i++) {
    command_word_t word = command_argument(call, i);
    credentials_text_take(&text, word.text, word.length);
  }
  return credentials_text_commit(&text, store);
}

static command_outcome_t run_credentials(const command_call_t *call) {
  store_t *store = &call->scope.device->store;
  if (call->text.length == 0)
    return (command_outcome_t){.status = COMMAND_USAGE_ERROR, .error = true, .write = write_usage};
  if (command_word_is(call->text, "-")) return from_input(call);
  credentials_status_t status;
  if (command_word_is(call->text, "default")) {
    status = credentials_reset(store);
    if (status == CREDENTIALS_OK)
      return command_print("the embedded credentials are in force from the next connection on\n");
  } else {
    status = replace(store, call);
  }
  command_outcome_t outcome = command_credentials(status);
  outcome.secret = true;
  return outcome;
}

static const command_t entries[] = {
    {
        "credentials",
        "credentials X",
        "replaces the credentials; default: the embedded ones; -: reads them",
        run_credentials,
        COMMAND_ADMINISTRATORS,
    },
};

const command_table_t credentials_commands = {entries, sizeof entries / sizeof *entries, NULL};
