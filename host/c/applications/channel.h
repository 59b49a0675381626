// One session channel (RFC 4254 §5, §6) as the application sees it: bytes that wait to be taken, room for bytes to
// send.
//
// Nothing here calls a module or the platform. session.c puts in what the client sends, and carries away what the
// application has sent, taken or decided, when the connection allows it.

#ifndef SESAME_CHANNEL_H
#define SESAME_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The receive window: how many bytes the client may send before the application has taken any. */
#ifndef CHANNEL_WINDOW_BYTES
#define CHANNEL_WINDOW_BYTES 1024
#endif

/** Room for what the application sends, while nothing of it waits. */
#ifndef CHANNEL_OUTPUT_BYTES
#define CHANNEL_OUTPUT_BYTES 512
#endif

/** The terminal that the client asked for (RFC 4254 §6.2); follows its changes of size. */
typedef struct channel_terminal {
  bool present;
  /** It knows no escape sequences. */
  bool dumb;
  uint32_t columns, rows;
} channel_terminal_t;

/** One run of bytes of one kind in the output; they leave in the order in which they were sent. */
typedef struct channel_run {
  uint16_t length;
  bool error;
} channel_run_t;

/** How often the kind may change between standard output and standard error while all of it waits. */
#define CHANNEL_RUNS 4

/** The application reads `terminal` and calls the functions below; the rest is session.c's. */
typedef struct channel {
  channel_terminal_t terminal;

  /** From the event OPEN to CLOSE. */
  bool open;
  bool client_eof;
  /** The application has called `channel_exit`; then what of it was sent. */
  bool exiting;
  bool eof_sent, status_sent, close_sent;
  uint32_t exit_status;

  /** A ring: `received_length` bytes from `received_start` on. */
  uint32_t received_start, received_length;
  /** How many bytes the application has taken that the module does not know of yet. */
  uint32_t consumed;
  uint8_t received[CHANNEL_WINDOW_BYTES];

  uint32_t output_length, run_count;
  channel_run_t runs[CHANNEL_RUNS];
  uint8_t output[CHANNEL_OUTPUT_BYTES];
} channel_t;

/** How many bytes of the client wait. */
size_t channel_received(const channel_t *channel);
/** How many of them come before the first one of this value; all of them when there is none. */
size_t channel_before(const channel_t *channel, uint8_t value);
/** Copies up to `capacity` of them, which stay; returns how many. */
size_t channel_peek(const channel_t *channel, uint8_t *bytes, size_t capacity);
/** Takes so many, no more than wait, which is when the client may send more. */
void channel_take(channel_t *channel, size_t length);
/** Takes up to `capacity` of them; returns how many. */
size_t channel_receive(channel_t *channel, uint8_t *bytes, size_t capacity);
/** Whether the client has sent EOF and everything before it was taken. */
bool channel_input_ended(const channel_t *channel);

/** How many bytes can be sent now. */
size_t channel_room(const channel_t *channel);
/** Sends to the client's standard output, never more than the room. */
void channel_send(channel_t *channel, const void *bytes, size_t length);
/** Sends to the client's standard error, never more than the room. */
void channel_send_error(channel_t *channel, const void *bytes, size_t length);
/** Whether everything that was sent has gone to the client. */
bool channel_flushed(const channel_t *channel);

/** Ends the channel after what was sent: EOF, exit status, CLOSE. Nothing more is sent or taken; only the first call
 * counts. */
void channel_exit(channel_t *channel, uint32_t status);

// For session.c.

/** Makes it an open channel on which nothing has happened. */
void channel_open(channel_t *channel);
/** Keeps what the client sent. False when it is more than the window: a module's error. */
bool channel_deliver(channel_t *channel, const uint8_t *bytes, size_t length);
/** Whether the bytes that leave next are standard error; false also when none wait. */
bool channel_next_is_error(const channel_t *channel);
/** Takes up to `capacity` bytes of one kind off the output; returns how many. */
size_t channel_take_output(channel_t *channel, uint8_t *bytes, size_t capacity);

#endif
