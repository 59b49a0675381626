// How long a client may take for what. Durations are differences of platform_milliseconds, which never goes back.
//
//   until keys are in use        CONNECTION_KEY_EXCHANGE_MS: a person has nothing to type yet
//   until somebody is logged in  CONNECTION_LOGIN_GRACE_MS
//   in a session                 CONNECTION_IDLE_MS without data either way; CONNECTION_KEEPALIVE_MS without a byte of
//                                the client, and it is asked whether it is there, LIMITS_KEEPALIVES times in all

#ifndef SESAME_TIME_LIMITS_H
#define SESAME_TIME_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/ending.h"

#ifndef CONNECTION_KEY_EXCHANGE_MS
#define CONNECTION_KEY_EXCHANGE_MS 10000
#endif
#ifndef CONNECTION_LOGIN_GRACE_MS
#define CONNECTION_LOGIN_GRACE_MS 120000
#endif
/** 0: never. A board has few places, and one who has left the desk keeps one of them. */
#ifndef CONNECTION_IDLE_MS
#define CONNECTION_IDLE_MS 900000
#endif
/** 0: never. For streams that do not tell by themselves that the client's machine is gone. */
#ifndef CONNECTION_KEEPALIVE_MS
#define CONNECTION_KEEPALIVE_MS 30000
#endif
/** So often it is asked, and once more as long waited for. */
#define LIMITS_KEEPALIVES 3

/** In platform_milliseconds. */
typedef struct limits {
  uint64_t opened_ms;
  /** The client's last bytes. */
  uint64_t heard_ms;
  /** The last message of a channel, or data that was sent. */
  uint64_t active_ms;
  /** How often the client was asked since then. */
  uint32_t keepalives;
  /** The client has sent anything. */
  bool heard;
} limits_t;

void limits_begin(limits_t *limits, uint64_t now_ms);
/** Bytes have come. */
void limits_hear(limits_t *limits, uint64_t now_ms);

/** Whether the time to log in is over, or the one for the key exchange while no keys are in use; `*cause` says which.
 */
bool limits_login_is_over(const limits_t *limits, uint64_t now_ms, bool keys_in_use, connection_cause_t *cause);
/** Whether a session has to end; `idle_ms` and `keepalive_ms` are the device's. */
bool limits_session_is_over(const limits_t *limits, uint64_t now_ms, uint32_t idle_ms, uint32_t keepalive_ms,
                            connection_cause_t *cause);
/** Whether the client is to be asked now; it then counts as asked. */
bool limits_keepalive_is_due(limits_t *limits, uint64_t now_ms, uint32_t keepalive_ms);

#endif
