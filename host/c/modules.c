// See modules.h. One table of exports for each module, one call, one check of pointers.

#include "modules.h"

#include <stddef.h>
#include <string.h>

#include "embedded.h"
#include "wipe.h"

#define HOST_KEY_BYTES 64
/** The userauth module's only buffer. */
#define USERAUTH_BUFFER_PTR 0
#define USERAUTH_BUFFER_BYTES 4096

typedef struct module_export {
  const char *name;
  uint32_t parameters;
} module_export_t;

enum {
  TRANSPORT_INPUT_PTR,
  TRANSPORT_INPUT_CAPACITY,
  TRANSPORT_OUTPUT_PTR,
  TRANSPORT_OUTPUT_LENGTH,
  TRANSPORT_HOST_KEY_PTR,
  TRANSPORT_MAKE_HOST_KEY,
  TRANSPORT_OPEN,
  TRANSPORT_RECEIVE,
  TRANSPORT_PAYLOAD_PTR,
  TRANSPORT_PAYLOAD_LENGTH,
  TRANSPORT_SEND_PTR,
  TRANSPORT_SEND_CAPACITY,
  TRANSPORT_SEND,
  TRANSPORT_UNIMPLEMENTED,
  TRANSPORT_REKEY,
  TRANSPORT_DISCONNECT,
  TRANSPORT_DISCONNECT_REASON,
  TRANSPORT_SESSION_ID_PTR,
  TRANSPORT_SESSION_ID_LENGTH,
  TRANSPORT_EXPORTS,
};

static const module_export_t transport_exports[TRANSPORT_EXPORTS] = {
    [TRANSPORT_INPUT_PTR] = {"inputPtr", 0},
    [TRANSPORT_INPUT_CAPACITY] = {"inputCapacity", 0},
    [TRANSPORT_OUTPUT_PTR] = {"outputPtr", 0},
    [TRANSPORT_OUTPUT_LENGTH] = {"outputLength", 0},
    [TRANSPORT_HOST_KEY_PTR] = {"hostKeyPtr", 0},
    [TRANSPORT_MAKE_HOST_KEY] = {"makeHostKey", 1},
    [TRANSPORT_OPEN] = {"open", 1},
    [TRANSPORT_RECEIVE] = {"receive", 1},
    [TRANSPORT_PAYLOAD_PTR] = {"payloadPtr", 0},
    [TRANSPORT_PAYLOAD_LENGTH] = {"payloadLength", 0},
    [TRANSPORT_SEND_PTR] = {"sendPtr", 0},
    [TRANSPORT_SEND_CAPACITY] = {"sendCapacity", 0},
    [TRANSPORT_SEND] = {"send", 1},
    [TRANSPORT_UNIMPLEMENTED] = {"unimplemented", 0},
    [TRANSPORT_REKEY] = {"rekey", 0},
    [TRANSPORT_DISCONNECT] = {"disconnect", 1},
    [TRANSPORT_DISCONNECT_REASON] = {"disconnectReason", 0},
    [TRANSPORT_SESSION_ID_PTR] = {"sessionIdPtr", 0},
    [TRANSPORT_SESSION_ID_LENGTH] = {"sessionIdLength", 0},
};

/** `reset` is only in builds that verify signatures. */
enum { USERAUTH_RECEIVE, USERAUTH_EXPORTS, USERAUTH_RESET = USERAUTH_EXPORTS };

static const module_export_t userauth_exports[USERAUTH_EXPORTS] = {[USERAUTH_RECEIVE] = {"receive", 1}};

enum {
  CHANNELS_INPUT_PTR,
  CHANNELS_INPUT_CAPACITY,
  CHANNELS_OUTPUT_PTR,
  CHANNELS_OUTPUT_LENGTH,
  CHANNELS_OPEN,
  CHANNELS_RECEIVE,
  CHANNELS_EVENT_CHANNEL,
  CHANNELS_EVENT_PTR,
  CHANNELS_EVENT_LENGTH,
  CHANNELS_COLUMNS,
  CHANNELS_ROWS,
  CHANNELS_ANSWER,
  CHANNELS_CONSUMED,
  CHANNELS_WRITABLE,
  CHANNELS_WRITE_PTR,
  CHANNELS_WRITE,
  CHANNELS_SEND_EOF,
  CHANNELS_EXIT,
  CHANNELS_CLOSE,
  CHANNELS_EXPORTS,
};

static const module_export_t channels_exports[CHANNELS_EXPORTS] = {
    [CHANNELS_INPUT_PTR] = {"inputPtr", 0},
    [CHANNELS_INPUT_CAPACITY] = {"inputCapacity", 0},
    [CHANNELS_OUTPUT_PTR] = {"outputPtr", 0},
    [CHANNELS_OUTPUT_LENGTH] = {"outputLength", 0},
    [CHANNELS_OPEN] = {"open", 1},
    [CHANNELS_RECEIVE] = {"receive", 1},
    [CHANNELS_EVENT_CHANNEL] = {"eventChannel", 0},
    [CHANNELS_EVENT_PTR] = {"eventPtr", 0},
    [CHANNELS_EVENT_LENGTH] = {"eventLength", 0},
    [CHANNELS_COLUMNS] = {"columns", 0},
    [CHANNELS_ROWS] = {"rows", 0},
    [CHANNELS_ANSWER] = {"answer", 1},
    [CHANNELS_CONSUMED] = {"consumed", 2},
    [CHANNELS_WRITABLE] = {"writable", 1},
    [CHANNELS_WRITE_PTR] = {"writePtr", 0},
    [CHANNELS_WRITE] = {"write", 3},
    [CHANNELS_SEND_EOF] = {"sendEof", 1},
    [CHANNELS_EXIT] = {"exit", 2},
    [CHANNELS_CLOSE] = {"close", 1},
};

_Static_assert(TRANSPORT_EXPORTS <= MODULE_EXPORTS && USERAUTH_RESET < MODULE_EXPORTS &&
                   CHANNELS_EXPORTS <= MODULE_EXPORTS,
               "the transport module has the most exports");

static const module_view_t EMPTY = {NULL, 0};

void module_fail(module_t *module, const char *why) {
  if (!module->failed) module->failed = why;
}

static const char *describe(engine_status_t status) {
  switch (status) {
  case ENGINE_NO_MEMORY: return "there is no memory for a module";
  case ENGINE_INVALID_MODULE: return "the engine does not take a module";
  case ENGINE_NO_EXPORT: return "a module lacks an export";
  default: return "a module trapped";
  }
}

static bool instantiate(module_t *module, platform_t *platform, const engine_module_t *embedded,
                        const module_export_t *exports, uint32_t count) {
  *module = (module_t){.platform = platform};
  engine_status_t status = engine_instantiate(embedded, &module->instance);
  if (status == ENGINE_OK) module->memory = engine_memory(module->instance);
  for (uint32_t i = 0; i < count && status == ENGINE_OK; i++) {
    status = engine_find(module->instance, exports[i].name, exports[i].parameters, &module->exports[i]);
  }
  if (status != ENGINE_OK) module_fail(module, describe(status));
  return status == ENGINE_OK;
}

bool transport_instantiate(module_t *transport, platform_t *platform) {
  return instantiate(transport, platform, &embedded_transport, transport_exports, TRANSPORT_EXPORTS);
}

bool userauth_instantiate(module_t *userauth, platform_t *platform) {
  if (!instantiate(userauth, platform, &embedded_userauth, userauth_exports, USERAUTH_EXPORTS)) return false;
  engine_function_t *reset = &userauth->exports[USERAUTH_RESET];
  if (engine_find(userauth->instance, "reset", 1, reset) != ENGINE_OK) *reset = NULL;
  return true;
}

bool channels_instantiate(module_t *channels, platform_t *platform) {
  return instantiate(channels, platform, &embedded_connection, channels_exports, CHANNELS_EXPORTS);
}

void module_release(module_t *module) {
  engine_release(module->instance);
  *module = (module_t){0};
}

static uint32_t call(module_t *module, uint32_t export, const uint32_t *arguments) {
  uint32_t result = 0;
  if (module->failed) return 0;
  platform_computing(module->platform, MODULE_CALL_LONGEST_MS);
  engine_status_t status = engine_call(module->instance, module->exports[export], arguments, &result);
  platform_computing(module->platform, 0);
  if (status == ENGINE_OK) return result;
  const char *trap = engine_trap_message(module->instance);
  module_fail(module, trap[0] ? trap : describe(status));
  return 0;
}

static uint32_t call0(module_t *module, uint32_t export) {
  return call(module, export, NULL);
}

static uint32_t call1(module_t *module, uint32_t export, uint32_t argument) {
  return call(module, export, &argument);
}

static uint32_t call2(module_t *module, uint32_t export, uint32_t first, uint32_t second) {
  return call(module, export, (const uint32_t[]){first, second});
}

/** The one place where what a module says is believed. */
static module_view_t view(module_t *module, uint32_t pointer, uint32_t length) {
  if (module->failed) return EMPTY;
  if (pointer > module->memory.length || length > module->memory.length - pointer) {
    module_fail(module, "a module pointed outside its memory");
    return EMPTY;
  }
  return (module_view_t){module->memory.bytes + pointer, length};
}

/** The bytes at what one export returns, as many as another does. */
static module_view_t view_of(module_t *module, uint32_t pointer_export, uint32_t length_export) {
  uint32_t length = call0(module, length_export);
  return view(module, call0(module, pointer_export), length);
}

static module_view_t transport_made(module_t *transport, uint32_t length) {
  return length == 0 ? EMPTY : view(transport, call0(transport, TRANSPORT_OUTPUT_PTR), length);
}

module_view_t transport_host_key(module_t *transport) {
  return view(transport, call0(transport, TRANSPORT_HOST_KEY_PTR), HOST_KEY_BYTES);
}

bool transport_make_host_key(module_t *transport, uint32_t entropy_length) {
  return call1(transport, TRANSPORT_MAKE_HOST_KEY, entropy_length) == 1;
}

module_view_t transport_input(module_t *transport) {
  return view_of(transport, TRANSPORT_INPUT_PTR, TRANSPORT_INPUT_CAPACITY);
}

module_view_t transport_open(module_t *transport, uint32_t entropy_length) {
  return transport_made(transport, call1(transport, TRANSPORT_OPEN, entropy_length));
}

transport_event_t transport_receive(module_t *transport, uint32_t length) {
  return (transport_event_t)call1(transport, TRANSPORT_RECEIVE, length);
}

module_view_t transport_output(module_t *transport) {
  return transport_made(transport, call0(transport, TRANSPORT_OUTPUT_LENGTH));
}

module_view_t transport_payload(module_t *transport) {
  module_view_t payload = view_of(transport, TRANSPORT_PAYLOAD_PTR, TRANSPORT_PAYLOAD_LENGTH);
  if (payload.length == 0) module_fail(transport, "the transport module let an empty payload through");
  return payload;
}

module_view_t transport_send_buffer(module_t *transport) {
  return view_of(transport, TRANSPORT_SEND_PTR, TRANSPORT_SEND_CAPACITY);
}

module_view_t transport_send(module_t *transport, uint32_t length) {
  return transport_made(transport, call1(transport, TRANSPORT_SEND, length));
}

module_view_t transport_unimplemented(module_t *transport) {
  return transport_made(transport, call0(transport, TRANSPORT_UNIMPLEMENTED));
}

module_view_t transport_rekey(module_t *transport) {
  return transport_made(transport, call0(transport, TRANSPORT_REKEY));
}

module_view_t transport_disconnect(module_t *transport, disconnect_reason_t reason) {
  return transport_made(transport, call1(transport, TRANSPORT_DISCONNECT, reason));
}

uint32_t transport_disconnect_reason(module_t *transport) {
  return call0(transport, TRANSPORT_DISCONNECT_REASON);
}

module_view_t transport_session_id(module_t *transport) {
  return view_of(transport, TRANSPORT_SESSION_ID_PTR, TRANSPORT_SESSION_ID_LENGTH);
}

/** Copies bytes to the userauth module's buffer. */
static void write_userauth_buffer(module_t *userauth, module_view_t bytes) {
  module_view_t buffer = view(userauth, USERAUTH_BUFFER_PTR, bytes.length);
  if (bytes.length > USERAUTH_BUFFER_BYTES)
    module_fail(userauth, "a payload is longer than the userauth module's buffer");
  if (!userauth->failed && bytes.length > 0) memcpy(buffer.bytes, bytes.bytes, bytes.length);
}

void userauth_open(module_t *userauth, const uint8_t *credentials, uint32_t credentials_length,
                   module_view_t session_id) {
  // the region ends where the memory in use does; a length beyond it makes a pointer that `view` refuses
  uint32_t pointer = embedded_userauth.memory_length - credentials_length;
  module_view_t region = view(userauth, pointer, credentials_length);
  if (!userauth->failed) memcpy(region.bytes, credentials, credentials_length);
  if (!userauth->exports[USERAUTH_RESET]) return;
  write_userauth_buffer(userauth, session_id);
  call1(userauth, USERAUTH_RESET, session_id.length);
}

module_view_t userauth_receive(module_t *userauth, module_view_t request) {
  write_userauth_buffer(userauth, request);
  wipe(request.bytes, request.length); // a password may be in it
  uint32_t length = call1(userauth, USERAUTH_RECEIVE, request.length);
  return view(userauth, USERAUTH_BUFFER_PTR, length);
}

uint32_t userauth_status(module_t *userauth) {
  uint32_t status = USERAUTH_NONE;
  if (!userauth->failed && engine_global(userauth->instance, "status", &status) != ENGINE_OK) {
    module_fail(userauth, describe(ENGINE_NO_EXPORT));
  }
  return userauth->failed ? USERAUTH_NONE : status;
}

static module_view_t channels_made(module_t *channels, uint32_t length) {
  return length == 0 ? EMPTY : view(channels, call0(channels, CHANNELS_OUTPUT_PTR), length);
}

void channels_open(module_t *channels, uint32_t window_bytes) {
  call1(channels, CHANNELS_OPEN, window_bytes);
}

connection_event_t channels_receive(module_t *channels, module_view_t payload) {
  module_view_t input = view_of(channels, CHANNELS_INPUT_PTR, CHANNELS_INPUT_CAPACITY);
  if (payload.length > input.length) module_fail(channels, "a payload is longer than the connection module's buffer");
  if (!channels->failed) memcpy(input.bytes, payload.bytes, payload.length);
  return (connection_event_t)call1(channels, CHANNELS_RECEIVE, payload.length);
}

module_view_t channels_output(module_t *channels) {
  return channels_made(channels, call0(channels, CHANNELS_OUTPUT_LENGTH));
}

uint32_t channels_event_channel(module_t *channels) {
  return call0(channels, CHANNELS_EVENT_CHANNEL);
}

module_view_t channels_event(module_t *channels) {
  return view_of(channels, CHANNELS_EVENT_PTR, CHANNELS_EVENT_LENGTH);
}

uint32_t channels_columns(module_t *channels) {
  return call0(channels, CHANNELS_COLUMNS);
}

uint32_t channels_rows(module_t *channels) {
  return call0(channels, CHANNELS_ROWS);
}

module_view_t channels_answer(module_t *channels, bool accept) {
  return channels_made(channels, call1(channels, CHANNELS_ANSWER, accept));
}

module_view_t channels_consumed(module_t *channels, uint32_t channel, uint32_t length) {
  return channels_made(channels, call2(channels, CHANNELS_CONSUMED, channel, length));
}

module_view_t channels_send_eof(module_t *channels, uint32_t channel) {
  return channels_made(channels, call1(channels, CHANNELS_SEND_EOF, channel));
}

module_view_t channels_exit(module_t *channels, uint32_t channel, uint32_t status) {
  return channels_made(channels, call2(channels, CHANNELS_EXIT, channel, status));
}

module_view_t channels_close(module_t *channels, uint32_t channel) {
  return channels_made(channels, call1(channels, CHANNELS_CLOSE, channel));
}

module_view_t channels_write_buffer(module_t *channels, uint32_t channel) {
  uint32_t length = call1(channels, CHANNELS_WRITABLE, channel);
  return view(channels, call0(channels, CHANNELS_WRITE_PTR), length);
}

module_view_t channels_write(module_t *channels, uint32_t channel, uint32_t length, bool error) {
  return channels_made(channels, call(channels, CHANNELS_WRITE, (const uint32_t[]){channel, length, error}));
}
