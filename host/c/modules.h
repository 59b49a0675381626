// The three modules' exports (docs/abi.md) over engine.h. Every pointer and length that a module returns is compared
// with its memory here, and nowhere else.
//
// A module that traps, or points outside its memory, has failed, and stays so: it is not called again, each function
// then returns 0 or an empty view. So a caller may make several calls and look at `failed` once, before it acts.

#ifndef SESAME_MODULES_H
#define SESAME_MODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"
#include "engine.h"
#include "platform.h"

/** The longest that one call of a module may take; a watchdog need not be patient for longer. */
#ifndef MODULE_CALL_LONGEST_MS
#define MODULE_CALL_LONGEST_MS 30000
#endif

/** The most exports that a module has. */
#define MODULE_EXPORTS 20

/** Bytes in a module's memory, which the next call into the module may change. */
typedef struct module_view {
  uint8_t *bytes;
  uint32_t length;
} module_view_t;

/** One connection's instance of a module. Zeros: there is none. */
typedef struct module {
  platform_t *platform;
  engine_instance_t *instance;
  engine_memory_t memory;
  engine_function_t exports[MODULE_EXPORTS];
  /** Why, in a few words, it must not be called any more; null as long as it may. */
  const char *failed;
} module_t;

/** Each makes an instance and finds its exports. False: `failed` says why. */
bool transport_instantiate(module_t *transport, platform_t *platform);
bool userauth_instantiate(module_t *userauth, platform_t *platform);
bool channels_instantiate(module_t *channels, platform_t *platform);

/** The module has done what it must not: it is not called any more. The first reason stays. */
void module_fail(module_t *module, const char *why);
/** Overwrites the memory, secrets among it, and frees the instance, if there is one. */
void module_release(module_t *module);

/** Where the host writes the host key before `transport_open`: 64 bytes, seed (secret) and public key. */
module_view_t transport_host_key(module_t *transport);
/** Makes a host key there of the entropy in the input. False: there was too little. */
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
/** Each returns the output. */
module_view_t transport_send(module_t *transport, uint32_t length);
module_view_t transport_unimplemented(module_t *transport);
module_view_t transport_rekey(module_t *transport);
module_view_t transport_disconnect(module_t *transport, disconnect_reason_t reason);
/** After TRANSPORT_EVENT_CLOSED: given or received; 0 for none. */
uint32_t transport_disconnect_reason(module_t *transport);
module_view_t transport_session_id(module_t *transport);

/** Writes the credentials region and, in builds that verify signatures, the session identifier. */
void userauth_open(module_t *userauth, const uint8_t *credentials, uint32_t credentials_length,
                   module_view_t session_id);
/** Judges the request and returns the reply. The request is wiped where it was. */
module_view_t userauth_receive(module_t *userauth, module_view_t request);
/** Why the last request was answered as it was. */
uint32_t userauth_status(module_t *userauth);

/** The connection module: `channels` here, since a connection is what this host serves. */
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
/** Where the data for the next `channels_write` belongs, as many bytes as the client takes; perhaps none. */
module_view_t channels_write_buffer(module_t *channels, uint32_t channel);
module_view_t channels_write(module_t *channels, uint32_t channel, uint32_t length, bool error);

#endif
