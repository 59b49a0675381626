// The numbers that cross the border between host and modules, and their names for the log: assembly/abi.ts in C
// (test/boards/abi.test.ts compares them).

#ifndef SESAME_ABI_H
#define SESAME_ABI_H

/** Why the userauth module answered as it did. */
typedef enum userauth_status {
  USERAUTH_NONE = 0,
  USERAUTH_FAILURE = 1,
  USERAUTH_INVALID_USER = 2,
  USERAUTH_INVALID_PASSWORD = 3,
  USERAUTH_INVALID_PUBLICKEY = 4,
  USERAUTH_PARTIAL_SUCCESS = 5,
  USERAUTH_QUERY_OK = 6,
  USERAUTH_CHANGE_REQUIRED = 7,
  USERAUTH_PENDING = 8,
  USERAUTH_PROTOCOL_ERROR = 9,
  USERAUTH_TOO_MANY_ATTEMPTS = 10,
  USERAUTH_CHANGE_PENDING = 11,
  USERAUTH_PROMPTED = 12,
  USERAUTH_SUCCESS = 0x5ac37ce0,
} userauth_status_t;

/** What the full userauth build tells of a request. */
typedef enum userauth_field {
  USERAUTH_FIELD_USER = 0,
  USERAUTH_FIELD_METHOD = 1,
  USERAUTH_FIELD_RECORD = 2,
  USERAUTH_FIELD_PASSWORD = 3,
  USERAUTH_FIELD_NEW_PASSWORD = 4,
  USERAUTH_FIELD_ALGORITHM = 5,
  USERAUTH_FIELD_PUBLIC_KEY = 6,
  USERAUTH_FIELD_KEY = 8,
} userauth_field_t;

/** What the transport module asks of the host, after the output has been sent. */
typedef enum transport_event {
  TRANSPORT_EVENT_CONTINUE = 0,
  TRANSPORT_EVENT_PAYLOAD = 1,
  TRANSPORT_EVENT_CLOSED = 2,
  TRANSPORT_EVENT_ERROR = 3,
} transport_event_t;

/** Why the transport module cannot go on; the low byte is a disconnect_reason. */
typedef enum transport_error {
  TRANSPORT_ERROR_PROTOCOL_ERROR = 0x02,
  TRANSPORT_ERROR_PACKET_LENGTH = 0x102,
  TRANSPORT_ERROR_NO_COMMON_ALGORITHM = 0x03,
  TRANSPORT_ERROR_KEY_EXCHANGE_FAILED = 0x103,
  TRANSPORT_ERROR_MAC_ERROR = 0x05,
  TRANSPORT_ERROR_SERVICE_NOT_AVAILABLE = 0x07,
  TRANSPORT_ERROR_PROTOCOL_VERSION_NOT_SUPPORTED = 0x08,
} transport_error_t;

/** What the connection module reports to the application. */
typedef enum connection_event {
  CONNECTION_EVENT_NONE = 0,
  CONNECTION_EVENT_OPEN = 1,
  CONNECTION_EVENT_PTY_REQ = 2,
  CONNECTION_EVENT_ENV = 3,
  CONNECTION_EVENT_SHELL = 4,
  CONNECTION_EVENT_EXEC = 5,
  CONNECTION_EVENT_SUBSYSTEM = 6,
  CONNECTION_EVENT_WINDOW_CHANGE = 7,
  CONNECTION_EVENT_SIGNAL = 8,
  CONNECTION_EVENT_DATA = 9,
  CONNECTION_EVENT_EOF = 10,
  CONNECTION_EVENT_CLOSE = 11,
  CONNECTION_EVENT_WINDOW_ADJUST = 12,
  CONNECTION_EVENT_UNIMPLEMENTED = 13,
  CONNECTION_EVENT_PROTOCOL_ERROR = 14,
} connection_event_t;

/** RFC 4253 §11.1: reasons that Sesame gives. */
typedef enum disconnect_reason {
  DISCONNECT_PROTOCOL_ERROR = 2,
  DISCONNECT_KEY_EXCHANGE_FAILED = 3,
  DISCONNECT_MAC_ERROR = 5,
  DISCONNECT_SERVICE_NOT_AVAILABLE = 7,
  DISCONNECT_PROTOCOL_VERSION_NOT_SUPPORTED = 8,
  DISCONNECT_CONNECTION_LOST = 10,
  DISCONNECT_BY_APPLICATION = 11,
  DISCONNECT_TOO_MANY_CONNECTIONS = 12,
  DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE = 14,
} disconnect_reason_t;

#endif
