// See connection_log.h.

#include "server/connection_log.h"

#include "server/device.h"
#include "server/log.h"

static const char *status_name(userauth_status_t status) {
  switch (status) {
  case USERAUTH_NONE: return "NONE";
  case USERAUTH_FAILURE: return "FAILURE";
  case USERAUTH_INVALID_USER: return "INVALID_USER";
  case USERAUTH_INVALID_PASSWORD: return "INVALID_PASSWORD";
  case USERAUTH_INVALID_PUBLICKEY: return "INVALID_PUBLICKEY";
  case USERAUTH_PARTIAL_SUCCESS: return "PARTIAL_SUCCESS";
  case USERAUTH_QUERY_OK: return "QUERY_OK";
  case USERAUTH_CHANGE_REQUIRED: return "CHANGE_REQUIRED";
  case USERAUTH_PENDING: return "PENDING";
  case USERAUTH_PROTOCOL_ERROR: return "PROTOCOL_ERROR";
  case USERAUTH_TOO_MANY_ATTEMPTS: return "TOO_MANY_ATTEMPTS";
  case USERAUTH_CHANGE_PENDING: return "CHANGE_PENDING";
  case USERAUTH_PROMPTED: return "PROMPTED";
  case USERAUTH_SUCCESS: return "SUCCESS";
  default: return "unknown";
  }
}

static log_line_t begin_line(uint32_t connection) {
  log_line_t line = {0};
  log_text(&line, "connection ");
  log_number(&line, connection);
  log_text(&line, ": ");
  return line;
}

static void add_address(log_line_t *line, const connection_t *connection, const char *before) {
  char address[PLATFORM_ADDRESS_BYTES];
  platform_address(connection->stream, address);
  if (address[0]) log_text(line, before);
  log_text(line, address);
}

void connection_log_accepted(const connection_t *connection) {
  log_line_t line = begin_line(connection->number);
  log_text(&line, "accepted");
  add_address(&line, connection, " from ");
  device_log(connection->device, &line);
}

static void add_bytes(log_line_t *line, module_view_t bytes) {
  if (bytes.length == 0) return;
  log_text(line, ", ");
  log_bytes(line, bytes.bytes, bytes.length);
}

void connection_log_userauth(connection_t *connection, module_view_t key_hash) {
  authentication_t *authentication = &connection->authentication;
  log_line_t line = begin_line(connection->number);
  log_text(&line, "userauth ");
  log_text(&line, status_name(authentication->status));
  add_bytes(&line, authentication_method(authentication));
  module_view_t user = authentication_user(authentication); // of no other request: people type passwords there
  add_bytes(&line, user);
  if (user.length > 0) {
    add_address(&line, connection, ", from ");
    if (key_hash.length > 0) {
      log_text(&line, ", SHA256:");
      log_base64(&line, key_hash.bytes, key_hash.length);
    }
  }
  device_log(connection->device, &line);
}

void connection_log_password(const authentication_t *authentication, bool stored) {
  log_line_t line = begin_line(authentication->connection);
  log_text(&line, stored ? "a password was changed" : "a new password could not be stored");
  device_log(authentication->device, &line);
}

void connection_log_no_shell(struct device *device, uint32_t connection, const char *why) {
  log_line_t line = begin_line(connection);
  log_text(&line, "no shell, ");
  log_text(&line, why);
  device_log(device, &line);
}

void connection_log_end(const connection_t *connection, connection_cause_t cause, uint32_t reason,
                        const char *failure) {
  log_line_t line = begin_line(connection->number);
  log_text(&line, "ended, ");
  log_text(&line, ending_name(cause));
  if (reason != 0) {
    log_text(&line, ", reason ");
    log_number(&line, reason);
  }
  if (cause == CONNECTION_MODULE_ERROR) {
    log_text(&line, ", ");
    log_text(&line, failure);
  }
  device_log(connection->device, &line);
}
