// The transport module's exports (docs/abi.md, "transport").

#ifndef SESAME_TRANSPORT_H
#define SESAME_TRANSPORT_H

#include "modules/module.h"

/** Makes an instance. False: `failed` says why. */
bool transport_instantiate(module_t *transport, platform_t *platform);

/** Where the host writes the host key before `transport_open`: 64 bytes, seed (secret) and public key. */
module_view_t transport_host_key(module_t *transport);
/** Where the host may write, before the key exchange, which public key algorithms the userauth module verifies: length
 * and text in 128 bytes. */
module_view_t transport_signature_algorithms(module_t *transport);
/** Makes a host key, in the place of the host key, of the entropy in the input. False: there was too little. */
bool transport_make_host_key(module_t *transport, uint32_t entropy_length);
/** Where the next bytes of the stream belong, and how many at most; before `transport_open`, where entropy does. */
module_view_t transport_input(module_t *transport);
/** Starts the connection with the entropy in the input; returns the output. */
module_view_t transport_open(module_t *transport, uint32_t entropy_length);
/** Takes `length` bytes at the input. */
transport_event_t transport_receive(module_t *transport, uint32_t length);
/** What `transport_receive` has left to be sent. */
module_view_t transport_output(module_t *transport);
/** The payload of TRANSPORT_EVENT_PAYLOAD, until the next `transport_receive`; never empty. */
module_view_t transport_payload(module_t *transport);
/** Where the host writes the payload for `transport_send`; empty while a key exchange runs. */
module_view_t transport_send_buffer(module_t *transport);
/** SHA-256 of `length` bytes that were written there; nothing of the output may wait. */
module_view_t transport_hash(module_t *transport, uint32_t length);
/** Each returns the output. */
module_view_t transport_send(module_t *transport, uint32_t length);
module_view_t transport_unimplemented(module_t *transport);
module_view_t transport_rekey(module_t *transport);
module_view_t transport_disconnect(module_t *transport, disconnect_reason_t reason, const char *description);
/** After TRANSPORT_EVENT_CLOSED the reason that the client gave, 0 for none; after TRANSPORT_EVENT_ERROR a
 * transport_error_t. */
uint32_t transport_disconnect_reason(module_t *transport);
module_view_t transport_session_id(module_t *transport);

#endif
