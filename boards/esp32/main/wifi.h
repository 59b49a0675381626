// The Wi-Fi network of the configuration, as a station.

#ifndef SESAME_WIFI_H
#define SESAME_WIFI_H

#include <stdbool.h>

/** Turns the radio on and joins the network, again and again whenever that is lost; nobody waits for it. The console
 * hears of the address. False when there is no network to join or the radio does not start; the console says why. NVS
 * has been started before. */
bool wifi_start(void);

#endif
