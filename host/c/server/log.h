// Lines for the console, put together without printf, which costs a board more flash than this host.

#ifndef SESAME_LOG_H
#define SESAME_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "platform.h"

/** A longer line is cut. The longest says of a login the method, a name of 63 characters, an address and a fingerprint.
 */
#define LOG_LINE_BYTES 240

typedef struct log_line {
  size_t length;
  char text[LOG_LINE_BYTES + 1];
} log_line_t;

void log_text(log_line_t *line, const char *text);
/** Text of a client's: what a terminal would take for a control character (C0, DEL and C1, as UTF-8 or as single
 * bytes), and what is not UTF-8, becomes \xNN. */
void log_bytes(log_line_t *line, const uint8_t *bytes, size_t length);
/** Base64 without padding, as fingerprints are written. */
void log_base64(log_line_t *line, const uint8_t *bytes, size_t length);
void log_number(log_line_t *line, uint32_t number);
void log_write(const log_line_t *line, platform_t *platform);

#endif
