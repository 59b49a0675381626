// The watchdog, and what restarts the board: a main loop that stands still, a call into a module that takes longer than
// announced, a processor fault.

#ifndef SESAME_WATCHDOG_H
#define SESAME_WATCHDOG_H

#include <stdint.h>

/** The board restarts so long after the last feeding. */
#define WATCHDOG_TIMEOUT_MS 5000

/** Why the board has restarted by itself; null when it did not. To be called once, before `watchdog_start`. */
const char *watchdog_restart_cause(void);

void watchdog_start(void);

/** By the main loop, in every turn. */
void watchdog_feed(void);

/** Lets the timer interrupt feed the watchdog for the next `longest_ms`, and no longer. */
void watchdog_feed_for(uint32_t longest_ms);

/** By a timer interrupt, every WATCHDOG_TICK_MS. */
#define WATCHDOG_TICK_MS 100
void watchdog_tick(void);

/** Restarts now. */
_Noreturn void watchdog_restart(void);

#endif
