// ESP-IDF's task watchdog, which restarts the board when the main loop stands still for CONFIG_ESP_TASK_WDT_TIMEOUT_S.

#ifndef SESAME_WATCHDOG_H
#define SESAME_WATCHDOG_H

#include <stdint.h>

void watchdog_start(void);

/** To be called in every turn of the main loop. */
void watchdog_feed(void);

/** A timer feeds it for so long, and no longer; 0: from now on the main loop does. */
void watchdog_feed_for(uint32_t longest_ms);

#endif
