// How much of heap and stack was ever in use.

#ifndef SESAME_MEMORY_PEAKS_H
#define SESAME_MEMORY_PEAKS_H

/** Fills the unused stack with a pattern; to be called first of all in main. */
void memory_paint_stack(void);

#endif
