// The words that a text may become when it goes on.

#ifndef SESAME_COMPLETION_H
#define SESAME_COMPLETION_H

#include <stddef.h>

/** A list: the word with this index, null behind the last one. `context` is whatever the list was given with. */
typedef const char *(*completion_words_t)(const void *context, size_t index);

typedef struct completion {
  /** Null: no words at all. */
  completion_words_t words;
  const void *context;
  const char *text;
  size_t length;
  /** Where to look next. */
  size_t index;
} completion_t;

/** The next word that begins with the text; null: there is no more. */
const char *completion_next(completion_t *completion);

/** A word that begins with the text, and in `*common` the length of what it has in common with all the others that do;
 * null: there is none. */
const char *completion_common(completion_t completion, size_t *common);

/** The longest of the words, in bytes. */
size_t completion_width(completion_t completion);

#endif
