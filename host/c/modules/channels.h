// The connection module's exports (docs/abi.md, "connection"): `channels` here, since a connection is what this host
// serves.

#ifndef SESAME_CHANNELS_H
#define SESAME_CHANNELS_H

#include "modules/module.h"

/** Makes an instance. False: `failed` says why. */
bool channels_instantiate(module_t *channels, platform_t *platform);

/** Gives each channel so large a window. */
void channels_open(module_t *channels, uint32_t window_bytes);
connection_event_t channels_receive(module_t *channels, module_view_t payload);
/** The reply of `channels_receive`. */
module_view_t channels_output(module_t *channels);
uint32_t channels_event_channel(module_t *channels);
/** The text or data of the event. */
module_view_t channels_event(module_t *channels);
uint32_t channels_columns(module_t *channels);
uint32_t channels_rows(module_t *channels);
/** Each of these returns a payload to be sent, or an empty one. */
module_view_t channels_answer(module_t *channels, bool accept);
module_view_t channels_consumed(module_t *channels, uint32_t channel, uint32_t length);
module_view_t channels_send_eof(module_t *channels, uint32_t channel);
module_view_t channels_exit(module_t *channels, uint32_t channel, uint32_t status);
module_view_t channels_close(module_t *channels, uint32_t channel);
/** Asks the client whether it is there. */
module_view_t channels_keepalive(module_t *channels);
/** Where the data for the next `channels_write` belongs, as many bytes as the client takes; perhaps none. */
module_view_t channels_write_buffer(module_t *channels, uint32_t channel);
module_view_t channels_write(module_t *channels, uint32_t channel, uint32_t length, bool error);

#endif
