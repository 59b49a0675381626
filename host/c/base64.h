// Base64 (RFC 4648 §4), for secrets: which characters the text has does not show in what is executed.

#ifndef SESAME_BASE64_H
#define SESAME_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Decodes the text, padding included. True if it is well-formed and stands for exactly `length` bytes; otherwise their
 * content is undefined. */
bool base64_decode(const char *text, size_t text_length, uint8_t *bytes, size_t length);

#endif
