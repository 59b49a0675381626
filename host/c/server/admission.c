// See admission.h.

#include "server/admission.h"

bool admission_has_place(const device_t *device) {
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) {
    const connection_t *connection = &device->connections[i];
    if (connection->state == CONNECTION_FREE || connection_can_yield(connection)) return true;
  }
  return false;
}

/** Whether those of this source who are not logged in have more than their share. */
static bool has_too_many(const device_t *device, const platform_stream_t *source, const platform_stream_t *newcomer) {
  unsigned count = platform_same_source(source, newcomer);
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) {
    const connection_t *connection = &device->connections[i];
    bool is_open = connection->state == CONNECTION_OPEN && !connection->authenticated;
    if (is_open && (connection->stream == source || platform_same_source(connection->stream, source))) count++;
  }
  return count > DEVICE_ADDRESS_CONNECTIONS;
}

/** The lower, the sooner the client gives way. */
static unsigned standing(const device_t *device, connection_t *connection, const platform_stream_t *newcomer) {
  if (connection->state == CONNECTION_ENDING) return 0;
  unsigned progress = 1; // a silent one
  if (connection->limits.heard) progress = 2;
  if (authentication_is_open(&connection->authentication)) progress = 3;
  return has_too_many(device, connection->stream, newcomer) ? progress : progress + 3;
}

connection_t *admission_take(device_t *device, const platform_stream_t *stream) {
  connection_t *first = NULL;
  unsigned lowest = 0;
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) {
    connection_t *connection = &device->connections[i];
    if (connection->state == CONNECTION_FREE) return connection;
    if (!connection_can_yield(connection)) continue;
    unsigned its = standing(device, connection, stream);
    if (first && (its > lowest || (its == lowest && connection->number > first->number))) continue;
    first = connection;
    lowest = its;
  }
  if (first) connection_yield(first);
  return first;
}
