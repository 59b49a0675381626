// How a connection ends: the causes for the log, and what the client is told of those that are ours (RFC 4253 §11.1),
// at most 255 bytes of ASCII. host/node/switchboard/ending.ts says the same words.

#ifndef SESAME_ENDING_H
#define SESAME_ENDING_H

#include <stdint.h>

#include "modules/abi.h"

/** Why a connection ended. */
typedef enum connection_cause {
  CONNECTION_CLIENT_CLOSED,
  CONNECTION_CLIENT_DISCONNECT,
  CONNECTION_PROTOCOL_ERROR,
  CONNECTION_EARLY_CONNECTION_MESSAGE,
  CONNECTION_TOO_MANY_ATTEMPTS,
  CONNECTION_CREDENTIALS_REPLACED,
  CONNECTION_HELD_REPLIES,
  CONNECTION_KEY_EXCHANGE_TIMEOUT,
  CONNECTION_LOGIN_TIMEOUT,
  CONNECTION_IDLE,
  CONNECTION_CLIENT_GONE,
  CONNECTION_GAVE_WAY,
  CONNECTION_RESTART,
  CONNECTION_SHUTDOWN,
  CONNECTION_MODULE_ERROR,
  CONNECTION_NO_ENTROPY,
} connection_cause_t;

/** For the log. */
const char *ending_name(connection_cause_t cause);
/** For the client: a disconnect_reason_t; 0 where nothing can be said to it. */
uint32_t ending_reason(connection_cause_t cause);
/** For the client; empty where nothing can be said to it. */
const char *ending_description(connection_cause_t cause);
/** The same of CONNECTION_PROTOCOL_ERROR, when the transport module says what is wrong. */
const char *ending_transport_description(transport_error_t error);

#endif
