// The words that a text may become: see completion.h.

#include "applications/completion.h"

#include <string.h>

const char *completion_next(completion_t *completion) {
  if (completion->words == NULL) return NULL;
  for (const char *word; (word = completion->words(completion->context, completion->index)) != NULL;) {
    completion->index++;
    if (strncmp(word, completion->text, completion->length) == 0) return word;
  }
  return NULL;
}

const char *completion_common(completion_t completion, size_t *common) {
  const char *first = completion_next(&completion);
  if (first == NULL) return NULL;
  *common = strlen(first);
  for (const char *word; (word = completion_next(&completion)) != NULL;) {
    size_t same = completion.length;
    while (same < *common && first[same] == word[same]) same++;
    *common = same;
  }
  return first;
}

size_t completion_width(completion_t completion) {
  size_t width = 0;
  for (const char *word; (word = completion_next(&completion)) != NULL;) {
    if (strlen(word) > width) width = strlen(word);
  }
  return width;
}
