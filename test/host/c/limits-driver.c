// How long a client may take (host/c/server/time_limits.c), to the millisecond, and who gives way to whom
// (host/c/server/admission.c).
//
//   limits-driver SCENARIO

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/admission.h"
#include "server/connection_end.h"

#define START 5000000000

/** A place for clients. */
struct platform_stream {
  int source;
};

static device_t device;
static platform_stream_t streams[DEVICE_CONNECTIONS];
static engine_instance_t *const some_instance = (engine_instance_t *)&device;
static const connection_t *yielded;

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

bool platform_same_source(const platform_stream_t *one, const platform_stream_t *other) {
  return one->source == other->source;
}

bool authentication_is_open(const authentication_t *authentication) {
  return authentication->userauth.instance != NULL;
}

bool connection_can_yield(const connection_t *connection) {
  return connection->state == CONNECTION_ENDING || (connection->state == CONNECTION_OPEN && !connection->authenticated);
}

void connection_yield(connection_t *connection) {
  yielded = connection;
  connection->state = CONNECTION_FREE;
}

// ---- time ----

static bool login_over(uint64_t after, bool keys_in_use, connection_cause_t expected) {
  limits_t limits;
  connection_cause_t cause;
  limits_begin(&limits, START);
  bool over = limits_login_is_over(&limits, START + after, keys_in_use, &cause);
  if (over) expect(cause == expected, "the cause is the right one");
  return over;
}

static void login(void) {
  const uint64_t keys = CONNECTION_KEY_EXCHANGE_MS, grace = CONNECTION_LOGIN_GRACE_MS;
  expect(!login_over(keys - 1, false, 0), "there is time for the key exchange");
  expect(login_over(keys, false, CONNECTION_KEY_EXCHANGE_TIMEOUT), "and no more");
  expect(!login_over(keys, true, 0) && !login_over(grace - 1, true, 0), "with keys there is time for the login");
  expect(login_over(grace, true, CONNECTION_LOGIN_TIMEOUT), "and no more");
  expect(login_over(grace, false, CONNECTION_LOGIN_TIMEOUT), "which is said where both are over");
}

static bool session_over(uint64_t silent, uint64_t idle, uint32_t keepalive_ms, uint32_t idle_ms,
                         connection_cause_t expected) {
  limits_t limits;
  connection_cause_t cause;
  limits_begin(&limits, START - 1000000);
  limits_hear(&limits, START - silent);
  limits.active_ms = START - idle;
  bool over = limits_session_is_over(&limits, START, idle_ms, keepalive_ms, &cause);
  if (over) expect(cause == expected, "the cause is the right one");
  return over;
}

static void session(void) {
  const uint64_t gone = 100 * (LIMITS_KEEPALIVES + 1);
  expect(!session_over(gone - 1, 0, 100, 0, 0), "a silent client is asked before it is given up");
  expect(session_over(gone, 0, 100, 0, CONNECTION_CLIENT_GONE), "and then it is");
  expect(!session_over(0, 499, 0, 500, 0), "an idle one has its time");
  expect(session_over(0, 500, 0, 500, CONNECTION_IDLE), "and no more");
  expect(session_over(gone, 500, 100, 500, CONNECTION_CLIENT_GONE), "who is gone is not idle");
  expect(!session_over(900000, 900000, 0, 0, 0), "without limits there is no end");
}

static void keepalive(void) {
  limits_t limits;
  limits_begin(&limits, START);
  expect(!limits_keepalive_is_due(&limits, START + 99, 100), "not before its time");
  expect(limits_keepalive_is_due(&limits, START + 100, 100), "the first question");
  expect(!limits_keepalive_is_due(&limits, START + 199, 100), "once");
  expect(limits_keepalive_is_due(&limits, START + 200, 100), "the second one");
  expect(!limits.heard, "nothing was heard");
  limits_hear(&limits, START + 250);
  expect(limits.heard && !limits_keepalive_is_due(&limits, START + 349, 100), "an answer begins anew");
  expect(limits_keepalive_is_due(&limits, START + 350, 100), "from when it came");
  expect(!limits_keepalive_is_due(&limits, START + 900000, 0), "nobody is asked where that is off");
}

// ---- places ----

enum { SILENT = 1, HEARD, AUTHENTICATING, AUTHENTICATED, ENDING };

/** Takes place `i` for a client of `source`, as far on its way; the lower the number, the earlier it came. */
static void occupy(unsigned i, uint32_t number, int source, int progress) {
  connection_t *connection = &device.connections[i];
  streams[i].source = source;
  *connection = (connection_t){.state = progress == ENDING ? CONNECTION_ENDING : CONNECTION_OPEN,
                               .stream = &streams[i],
                               .number = number,
                               .authenticated = progress == AUTHENTICATED};
  connection->limits.heard = progress >= HEARD;
  if (progress == AUTHENTICATING) connection->authentication.userauth.instance = some_instance;
}

/** The place that a client of `source` is given; -1 for none. */
static int place_for(int source) {
  platform_stream_t newcomer = {source};
  yielded = NULL;
  connection_t *place = admission_take(&device, &newcomer);
  return place ? (int)(place - device.connections) : -1;
}

static void places(void) {
  expect(admission_has_place(&device) && place_for(1) == 0 && !yielded, "a free place is taken as it is");
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) occupy(i, 1 + i, (int)i, AUTHENTICATED);
  expect(!admission_has_place(&device) && place_for(9) == -1 && !yielded, "who is in stays");
  occupy(2, 3, 2, SILENT);
  expect(admission_has_place(&device) && place_for(9) == 2 && yielded == &device.connections[2],
         "who is not gives way");
}

/** Who gives way of four from as many sources. */
static int first_of(const int *progress, const uint32_t *numbers) {
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) occupy(i, numbers[i], (int)i, progress[i]);
  return place_for(9);
}

static void order(void) {
  const uint32_t numbers[] = {7, 5, 6, 8};
  expect(first_of((int[]){SILENT, SILENT, SILENT, SILENT}, numbers) == 1, "the oldest of those alike");
  expect(first_of((int[]){HEARD, HEARD, HEARD, SILENT}, numbers) == 3, "before them who is silent");
  expect(first_of((int[]){AUTHENTICATING, AUTHENTICATING, AUTHENTICATING, HEARD}, numbers) == 3, "or not so far");
  expect(first_of((int[]){SILENT, SILENT, SILENT, ENDING}, numbers) == 3, "before all who is ending");
  expect(first_of((int[]){AUTHENTICATED, AUTHENTICATING, AUTHENTICATED, AUTHENTICATED}, numbers) == 1,
         "never who is in");
}

static void shares(void) {
  const int crowd = 5;
  // those of one source, the newcomer counted, have one more than their share
  for (unsigned i = 0; i < DEVICE_CONNECTIONS; i++) occupy(i, 1 + i, (int)i, SILENT);
  for (unsigned i = 1; i <= DEVICE_ADDRESS_CONNECTIONS; i++) occupy(i, 10 + i, crowd, AUTHENTICATING);
  expect(place_for(crowd) == 1, "the oldest of a crowd gives way to its newest, however far it is");
  occupy(1, 11, crowd, AUTHENTICATING);
  expect(place_for(9) == 0, "they have their share as long as another one comes");
}

static const struct {
  const char *name;
  void (*run)(void);
} SCENARIOS[] = {
    {"login", login},   {"session", session}, {"keepalive", keepalive},
    {"places", places}, {"order", order},     {"shares", shares},
};

int main(int count, char **arguments) {
  for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++) {
    if (count != 2 || strcmp(arguments[1], SCENARIOS[i].name) != 0) continue;
    SCENARIOS[i].run();
    return 0;
  }
  fprintf(stderr, "no such scenario\n");
  return 2;
}
