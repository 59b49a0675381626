// See ending.h.

#include "server/ending.h"

#define NOT_ALLOWED "a message is malformed or not allowed at this point"

static const struct {
  const char *name, *description;
  disconnect_reason_t reason;
} CAUSES[] = {
    [CONNECTION_CLIENT_CLOSED] = {"client-closed", "", 0},
    [CONNECTION_CLIENT_DISCONNECT] = {"client-disconnect", "", 0},
    [CONNECTION_PROTOCOL_ERROR] = {"protocol-error", NOT_ALLOWED, DISCONNECT_PROTOCOL_ERROR},
    [CONNECTION_EARLY_CONNECTION_MESSAGE] = {"early-connection-message",
                                             "a message of the connection protocol came before the login",
                                             DISCONNECT_PROTOCOL_ERROR},
    [CONNECTION_TOO_MANY_ATTEMPTS] = {"too-many-attempts", "too many attempts to log in",
                                      DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE},
    [CONNECTION_CREDENTIALS_REPLACED] = {"credentials-replaced", "the credentials have been replaced",
                                         DISCONNECT_BY_APPLICATION},
    [CONNECTION_HELD_REPLIES] = {"held-replies", "too many requests during a key exchange", DISCONNECT_PROTOCOL_ERROR},
    [CONNECTION_KEY_EXCHANGE_TIMEOUT] = {"key-exchange-timeout", "the time for the key exchange is over",
                                         DISCONNECT_BY_APPLICATION},
    [CONNECTION_LOGIN_TIMEOUT] = {"login-timeout", "the time to log in is over", DISCONNECT_BY_APPLICATION},
    [CONNECTION_IDLE] = {"idle", "nothing has happened in the session for too long", DISCONNECT_BY_APPLICATION},
    [CONNECTION_CLIENT_GONE] = {"client-gone", "the client does not answer", DISCONNECT_CONNECTION_LOST},
    [CONNECTION_GAVE_WAY] = {"gave-way", "another client needed the place", DISCONNECT_TOO_MANY_CONNECTIONS},
    [CONNECTION_RESTART] = {"restart", "the device restarts", DISCONNECT_BY_APPLICATION},
    [CONNECTION_SHUTDOWN] = {"server-close", "the server is being stopped", DISCONNECT_BY_APPLICATION},
    [CONNECTION_MODULE_ERROR] = {"module-error", "an error of the server", DISCONNECT_BY_APPLICATION},
    [CONNECTION_NO_ENTROPY] = {"no-entropy", "the device has no entropy", DISCONNECT_BY_APPLICATION},
};

const char *ending_name(connection_cause_t cause) {
  return CAUSES[cause].name;
}

uint32_t ending_reason(connection_cause_t cause) {
  return CAUSES[cause].reason;
}

const char *ending_description(connection_cause_t cause) {
  return CAUSES[cause].description;
}

const char *ending_transport_description(transport_error_t error) {
  switch (error) {
  case TRANSPORT_ERROR_PACKET_LENGTH: return "a packet is longer than this server takes, or its length is not allowed";
  case TRANSPORT_ERROR_NO_COMMON_ALGORITHM:
    return "no algorithm in common: this server has curve25519-sha256, ssh-ed25519, chacha20-poly1305@openssh.com and "
           "no compression";
  case TRANSPORT_ERROR_KEY_EXCHANGE_FAILED: return "the key exchange has failed: the client's public key is not valid";
  case TRANSPORT_ERROR_MAC_ERROR: return "a packet has arrived altered: its authentication tag is wrong";
  case TRANSPORT_ERROR_SERVICE_NOT_AVAILABLE: return "the only service is ssh-userauth";
  case TRANSPORT_ERROR_PROTOCOL_VERSION_NOT_SUPPORTED: return "this server speaks SSH 2.0";
  case TRANSPORT_ERROR_PROTOCOL_ERROR: break;
  }
  return NOT_ALLOWED; // for what a module may say by mistake, too
}
