// See transport.h.

#include "modules/transport.h"

#include <string.h>

#include "modules/embedded.h"
#include "modules/transport_exports.h"

bool transport_instantiate(module_t *transport, platform_t *platform) {
  return module_instantiate(transport, platform, &embedded_transport, transport_exports, TRANSPORT_EXPORTS);
}

module_view_t transport_host_key(module_t *transport) {
  return module_view(transport, module_call0(transport, TRANSPORT_HOST_KEY_PTR), HOST_KEY_BYTES);
}

bool transport_make_host_key(module_t *transport, uint32_t entropy_length) {
  return module_call1(transport, TRANSPORT_MAKE_HOST_KEY, entropy_length) == 1;
}

module_view_t transport_signature_algorithms(module_t *transport) {
  uint32_t pointer = module_call0(transport, TRANSPORT_SIGNATURE_ALGORITHMS_PTR);
  return module_view(transport, pointer, 1 + SIGNATURE_ALGORITHMS_CAPACITY);
}

module_view_t transport_input(module_t *transport) {
  return module_view_of(transport, TRANSPORT_INPUT_PTR, TRANSPORT_INPUT_CAPACITY);
}

module_view_t transport_open(module_t *transport, uint32_t entropy_length) {
  return module_output(transport, TRANSPORT_OUTPUT_PTR, module_call1(transport, TRANSPORT_OPEN, entropy_length));
}

transport_event_t transport_receive(module_t *transport, uint32_t length) {
  return (transport_event_t)module_call1(transport, TRANSPORT_RECEIVE, length);
}

module_view_t transport_output(module_t *transport) {
  return module_output(transport, TRANSPORT_OUTPUT_PTR, module_call0(transport, TRANSPORT_OUTPUT_LENGTH));
}

module_view_t transport_payload(module_t *transport) {
  module_view_t payload = module_view_of(transport, TRANSPORT_PAYLOAD_PTR, TRANSPORT_PAYLOAD_LENGTH);
  if (payload.length == 0) module_fail(transport, "the transport module let an empty payload through");
  return payload;
}

module_view_t transport_send_buffer(module_t *transport) {
  return module_view_of(transport, TRANSPORT_SEND_PTR, TRANSPORT_SEND_CAPACITY);
}

module_view_t transport_send(module_t *transport, uint32_t length) {
  return module_output(transport, TRANSPORT_OUTPUT_PTR, module_call1(transport, TRANSPORT_SEND, length));
}

module_view_t transport_hash(module_t *transport, uint32_t length) {
  return module_output(transport, TRANSPORT_OUTPUT_PTR, module_call1(transport, TRANSPORT_HASH, length));
}

module_view_t transport_unimplemented(module_t *transport) {
  return module_output(transport, TRANSPORT_OUTPUT_PTR, module_call0(transport, TRANSPORT_UNIMPLEMENTED));
}

module_view_t transport_rekey(module_t *transport) {
  return module_output(transport, TRANSPORT_OUTPUT_PTR, module_call0(transport, TRANSPORT_REKEY));
}

module_view_t transport_disconnect(module_t *transport, disconnect_reason_t reason, const char *description) {
  uint32_t length = (uint32_t)strlen(description);
  uint32_t pointer = module_call0(transport, TRANSPORT_SEND_PTR);
  module_view_t place = module_view(transport, pointer, DESCRIPTION_OFFSET + length);
  if (place.length > 0) memcpy(place.bytes + DESCRIPTION_OFFSET, description, length);
  return module_output(transport, TRANSPORT_OUTPUT_PTR, module_call2(transport, TRANSPORT_DISCONNECT, reason, length));
}

uint32_t transport_disconnect_reason(module_t *transport) {
  return module_call0(transport, TRANSPORT_DISCONNECT_REASON);
}

module_view_t transport_session_id(module_t *transport) {
  return module_view_of(transport, TRANSPORT_SESSION_ID_PTR, TRANSPORT_SESSION_ID_LENGTH);
}
