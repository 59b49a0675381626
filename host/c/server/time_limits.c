// See time_limits.h.

#include "server/time_limits.h"

void limits_begin(limits_t *limits, uint64_t now_ms) {
  *limits = (limits_t){.opened_ms = now_ms, .heard_ms = now_ms, .active_ms = now_ms};
}

void limits_hear(limits_t *limits, uint64_t now_ms) {
  limits->heard = true;
  limits->heard_ms = now_ms;
  limits->keepalives = 0;
}

bool limits_login_is_over(const limits_t *limits, uint64_t now_ms, bool keys_in_use, connection_cause_t *cause) {
  uint64_t taken_ms = now_ms - limits->opened_ms;
  *cause = taken_ms < CONNECTION_LOGIN_GRACE_MS ? CONNECTION_KEY_EXCHANGE_TIMEOUT : CONNECTION_LOGIN_TIMEOUT;
  return taken_ms >= CONNECTION_LOGIN_GRACE_MS || (taken_ms >= CONNECTION_KEY_EXCHANGE_MS && !keys_in_use);
}

bool limits_session_is_over(const limits_t *limits, uint64_t now_ms, uint32_t idle_ms, uint32_t keepalive_ms,
                            connection_cause_t *cause) {
  bool gone = keepalive_ms > 0 && now_ms - limits->heard_ms >= (uint64_t)keepalive_ms * (LIMITS_KEEPALIVES + 1);
  *cause = gone ? CONNECTION_CLIENT_GONE : CONNECTION_IDLE;
  return gone || (idle_ms > 0 && now_ms - limits->active_ms >= idle_ms);
}

bool limits_keepalive_is_due(limits_t *limits, uint64_t now_ms, uint32_t keepalive_ms) {
  if (keepalive_ms == 0 || now_ms - limits->heard_ms < (uint64_t)keepalive_ms * (limits->keepalives + 1)) return false;
  limits->keepalives++;
  return true;
}
