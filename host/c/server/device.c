// See device.h.

#include "server/device.h"

#include <string.h>

#include "modules/transport.h"
#include "server/admission.h"
#include "server/log.h"

void device_log(device_t *device, const log_line_t *line) {
  uint64_t up_ms = platform_milliseconds(device->platform) - device->started_ms;
  log_ring_keep(&device->log, (uint32_t)(up_ms / 1000), line);
  log_write(line, device->platform);
}

void device_fail(device_t *device, const char *why) {
  device->fault = true;
  log_line_t line = {0};
  log_text(&line, "fault: ");
  log_text(&line, why);
  device_log(device, &line);
  platform_light(device->platform, PLATFORM_LIGHT_FAULT);
}

/** Makes a host key in an instance of the transport module. Null, or why there is none. */
static const char *make_host_key(platform_t *platform, uint8_t *host_key) {
  const char *failure = NULL;
  module_t transport;
  transport_instantiate(&transport, platform);
  module_view_t entropy = transport_input(&transport);
  module_view_t key = transport_host_key(&transport);
  if (transport.failed) {
    failure = transport.failed;
  } else if (platform_entropy(platform, entropy.bytes, entropy.length) != PLATFORM_OK) {
    failure = "the source of entropy does not pass its test: no host key is made";
  } else if (!transport_make_host_key(&transport, entropy.length)) {
    failure = transport.failed ? transport.failed : "the transport module makes no host key";
  } else {
    memcpy(host_key, key.bytes, STORE_HOST_KEY_BYTES);
  }
  module_release(&transport);
  return failure;
}

/** The first start: a host key is stored before it is used. */
static const char *make_record(device_t *device) {
  store_draft_t draft;
  if (!store_draft(&device->store, &draft)) return "there is no memory for a host key";
  const char *failure = make_host_key(device->platform, draft.host_key);
  if (failure) {
    store_discard(&draft);
    return failure;
  }
  return store_commit(&device->store, &draft) == PLATFORM_OK ? NULL : "the store cannot be written";
}

bool device_start(device_t *device, platform_t *platform) {
  memset(device, 0, sizeof *device);
  device->platform = platform;
  device->started_ms = platform_milliseconds(platform);
  device->idle_ms = CONNECTION_IDLE_MS;
  device->keepalive_ms = CONNECTION_KEEPALIVE_MS;
  const char *failure = NULL;
  if (store_open(&device->store, platform) != PLATFORM_OK)
    failure = "the store cannot be read";
  else if (!device->store.present)
    failure = make_record(device);
  if (failure) device_fail(device, failure);
  return !failure;
}

bool device_can_accept(const device_t *device) {
  return !device->fault && !device->ending && admission_has_place(device);
}

void device_accept(device_t *device, platform_stream_t *stream) {
  connection_t *place = device_can_accept(device) ? admission_take(device, stream) : NULL;
  if (place)
    connection_open(place, device, stream, ++device->connection_count);
  else
    platform_close(stream);
}

void device_end(device_t *device, connection_cause_t cause) {
  device->ending = true;
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) connection_end(&device->connections[i], cause);
}

bool device_is_serving(const device_t *device) {
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) {
    if (device->connections[i].state != CONNECTION_FREE) return true;
  }
  return false;
}

bool device_step(device_t *device) {
  bool progress = false;
  if (device->notice_ms > 0 && !device->ending && platform_milliseconds(device->platform) >= device->notice_ms)
    device_end(device, CONNECTION_RESTART);
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) {
    if (connection_step(&device->connections[i])) progress = true;
  }
  return progress;
}
