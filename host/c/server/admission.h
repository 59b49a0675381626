// The device's places for clients, and who gives way when there are too few. Nobody who is logged in does.

#ifndef SESAME_ADMISSION_H
#define SESAME_ADMISSION_H

#include "server/device.h"

/** Whether there is a place for a client, or could be. */
bool admission_has_place(const device_t *device);

/** A free place for the client. If there is none, another one gives way: one that is ending; or the one that is least
 * far on its way to a login, and among these the oldest; but first those of an address that has more than its share,
 * the new client counted. Null: all are logged in. */
connection_t *admission_take(device_t *device, const platform_stream_t *stream);

#endif
