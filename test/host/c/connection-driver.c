// One connection of host/c/server/connection.c, step by step, with modules and a session that do what the client's
// first byte says: what is held while keys change, what is wiped, how long the end may take, and when keys change.
//
//   connection-driver SCENARIO
//
// USERAUTH_BUILD is the userauth build that the module pretends to be.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules/embedded.h"
#include "server/connection_end.h"
#include "server/device.h"

#define MEMORY_BYTES 16384
/** Where the fake modules have their buffers. */
#define INPUT_PTR 0
#define OUTPUT_PTR 4096
#define SEND_PTR 8192
#define HOST_KEY_PTR 12288
#define SESSION_ID_PTR 12400
#define CREDENTIALS_BYTES 192
#define SEND_CAPACITY 1024
#define SESSION_ID_BYTES 32
/** Of the userauth module's buffer (docs/abi.md). */
#define BUFFER_BYTES 4096

/** What a client's payload begins with: a command to the fake transport, or a number that it lets through. */
#define BEGIN_KEY_EXCHANGE 20
#define END_KEY_EXCHANGE 21
#define REQUEST 50
#define CHANNEL_OPEN 90

#define PROTOCOL_ERROR 2
#define LINGER_MS 2000
#define REKEY_MS 3600000
#define LONGEST_HELD 255

struct engine_instance {
  const engine_module_t *module;
  uint8_t memory[MEMORY_BYTES];
  uint32_t status, output_length, payload_length, send_capacity, rekeys, disconnect_reason, resets;
  bool traps;
};

struct platform_stream {
  /** What the client has sent and the connection not taken. */
  uint8_t incoming[2048];
  size_t incoming_length;
  /** What the connection has sent; `room` bytes are taken of what follows. */
  uint8_t outgoing[4096];
  size_t outgoing_length, room;
  bool closed;
};

struct platform {
  uint64_t now;
  uint8_t slots[PLATFORM_SLOT_COUNT][PLATFORM_SLOT_BYTES];
};

const engine_module_t embedded_transport = {.name = "transport", .sha256 = "", .memory_length = MEMORY_BYTES};
const engine_module_t embedded_userauth = {.name = "userauth", .sha256 = "", .memory_length = MEMORY_BYTES};
const userauth_build_t embedded_userauth_build = USERAUTH_BUILD;
const char embedded_signature_algorithms[] = "";
const uint8_t embedded_credentials[CREDENTIALS_BYTES] = {1, 'u'};
const uint32_t embedded_credentials_length = CREDENTIALS_BYTES;
const uint32_t embedded_credentials_id = 1;
const uint32_t embedded_credentials_capacity = CREDENTIALS_BYTES;
const embedded_hash_limit_t embedded_hash_limit = {0};

static platform_t platform;
static platform_stream_t stream = {.room = SIZE_MAX};
static device_t device;
static connection_t *const connection = &device.connections[0];
static engine_instance_t *transport;
static int userauth_instances, instances, ends;
/** The userauth module, as far as there is one, and what is to become of it. */
static engine_instance_t *userauth;
static bool userauth_traps;
/** What the transport module says in place of a payload's length; 0: the truth. */
static uint32_t payload_length;
/** Payloads that the session has been given. */
static int session_payloads;

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

engine_status_t engine_instantiate(const engine_module_t *module, engine_instance_t **instance) {
  *instance = calloc(1, sizeof **instance);
  (*instance)->module = module;
  (*instance)->send_capacity = SEND_CAPACITY;
  instances++;
  if (module == &embedded_transport) transport = *instance;
  if (module != &embedded_userauth) return ENGINE_OK;
  userauth_instances++;
  userauth = *instance;
  userauth->traps = userauth_traps;
  return ENGINE_OK;
}

void engine_release(engine_instance_t *instance) {
  if (instance) instances--;
  free(instance);
}

/** A function is its name. */
engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function) {
  (void)parameters;
  *function = name;
  bool verifies = USERAUTH_BUILD != USERAUTH_BUILD_PASSWORD;
  bool missing = instance->module == &embedded_userauth && strcmp(name, "reset") == 0 && !verifies;
  return missing ? ENGINE_NO_EXPORT : ENGINE_OK;
}

static uint32_t output(engine_instance_t *of, uint32_t from, uint32_t length) {
  memmove(of->memory + OUTPUT_PTR, of->memory + from, length);
  return of->output_length = length;
}

static uint32_t receive_transport(uint32_t length) {
  transport->output_length = 0;
  transport->payload_length = length;
  uint8_t number = transport->memory[INPUT_PTR];
  if (number == BEGIN_KEY_EXCHANGE) transport->send_capacity = 0;
  if (number == END_KEY_EXCHANGE) transport->send_capacity = SEND_CAPACITY;
  return number < REQUEST ? TRANSPORT_EVENT_CONTINUE : TRANSPORT_EVENT_PAYLOAD;
}

static uint32_t call_transport(const char *name, const uint32_t *arguments) {
  if (strcmp(name, "inputCapacity") == 0) return 1024;
  if (strcmp(name, "outputPtr") == 0) return OUTPUT_PTR;
  if (strcmp(name, "outputLength") == 0) return transport->output_length;
  if (strcmp(name, "hostKeyPtr") == 0 || strcmp(name, "signatureAlgorithmsPtr") == 0) return HOST_KEY_PTR;
  if (strcmp(name, "open") == 0) return output(transport, INPUT_PTR, 1);
  if (strcmp(name, "receive") == 0) return receive_transport(arguments[0]);
  if (strcmp(name, "payloadLength") == 0) return payload_length ? payload_length : transport->payload_length;
  if (strcmp(name, "sendPtr") == 0) return SEND_PTR;
  if (strcmp(name, "sendCapacity") == 0) return transport->send_capacity;
  if (strcmp(name, "send") == 0) return output(transport, SEND_PTR, arguments[0]);
  if (strcmp(name, "sessionIdPtr") == 0) return SESSION_ID_PTR;
  if (strcmp(name, "sessionIdLength") == 0) return SESSION_ID_BYTES;
  if (strcmp(name, "rekey") == 0) return transport->rekeys++, 0;
  if (strcmp(name, "disconnect") == 0) {
    transport->disconnect_reason = arguments[0];
    return output(transport, SEND_PTR, 10);
  }
  return 0; // inputPtr, payloadPtr
}

/** Answers [50, status, length, length / 256] with so many bytes that count up. */
static uint32_t receive_userauth(void) {
  const uint8_t *request = userauth->memory;
  uint32_t length = request[2] + 256u * request[3];
  userauth->status = request[1] == 0xff ? USERAUTH_SUCCESS : request[1];
  for (uint32_t i = 0; i < length; i++) userauth->memory[i] = (uint8_t)(length + i);
  return length;
}

engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result) {
  if (instance == transport) {
    *result = call_transport(function, arguments);
  } else if (strcmp(function, "reset") == 0) {
    expect(arguments[0] == SESSION_ID_BYTES, "the module is told the session identifier's length");
    instance->resets++;
    *result = 1;
  } else {
    *result = receive_userauth();
    if (instance->traps) return ENGINE_TRAP;
  }
  return ENGINE_OK;
}

engine_status_t engine_global(engine_instance_t *instance, const char *name, uint32_t *value) {
  (void)name;
  *value = instance->status;
  return ENGINE_OK;
}

engine_memory_t engine_memory(engine_instance_t *instance) {
  return (engine_memory_t){instance->memory, MEMORY_BYTES};
}

const char *engine_trap_message(const engine_instance_t *instance) {
  (void)instance;
  return "";
}

size_t platform_receive(platform_stream_t *from, uint8_t *bytes, size_t capacity) {
  size_t length = from->incoming_length;
  expect(length <= capacity, "a payload arrives at once");
  memcpy(bytes, from->incoming, length);
  from->incoming_length = 0;
  return length;
}

size_t platform_send(platform_stream_t *to, const uint8_t *bytes, size_t length) {
  size_t taken = length < to->room ? length : to->room;
  memcpy(to->outgoing + to->outgoing_length, bytes, taken);
  to->outgoing_length += taken;
  to->room -= taken;
  return taken;
}

bool platform_connected(platform_stream_t *of) {
  (void)of;
  return true;
}

void platform_close(platform_stream_t *of) {
  expect(!of->closed, "a stream is closed once");
  of->closed = true;
}

void platform_address(const platform_stream_t *of, char address[PLATFORM_ADDRESS_BYTES]) {
  (void)of;
  address[0] = '\0';
}

bool platform_same_source(const platform_stream_t *one, const platform_stream_t *other) {
  return one == other;
}

platform_status_t platform_entropy(platform_t *of, uint8_t *bytes, size_t length) {
  (void)of;
  memset(bytes, 1, length);
  return PLATFORM_OK;
}

uint64_t platform_milliseconds(platform_t *of) {
  return of->now;
}

uint64_t platform_cycles(platform_t *of) {
  return of->now;
}

void platform_computing(platform_t *of, uint32_t longest_ms) {
  (void)of;
  (void)longest_ms;
}

platform_status_t platform_slot_read(platform_t *of, unsigned slot, size_t offset, uint8_t *bytes, size_t length) {
  memcpy(bytes, of->slots[slot] + offset, length);
  return PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *of, unsigned slot, const uint8_t *bytes) {
  memcpy(of->slots[slot], bytes, PLATFORM_SLOT_BYTES);
  return PLATFORM_OK;
}

void platform_log(platform_t *of, const char *line) {
  (void)of;
  ends += strstr(line, ": ended, ") != NULL;
}

void platform_light(platform_t *of, platform_light_t light) {
  (void)of;
  (void)light;
}

bool session_open(session_t *session, struct device *of, platform_t *on) {
  session->device = of;
  (void)on;
  expect(permissions_may(&session->permissions, PERMISSION_ADMINISTRATION, "reboot"),
         "the one user of a small build is an administrator");
  return true;
}

const char *session_failure(const session_t *session) {
  return session->channels.failed;
}

void session_receive(session_t *session, module_view_t payload, module_view_t *reply) {
  (void)session;
  (void)payload;
  (void)reply;
  session_payloads++;
}

session_outcome_t session_step(session_t *session, bool ready, module_view_t *reply) {
  (void)session;
  (void)ready;
  (void)reply;
  return SESSION_IDLE;
}

module_view_t channels_keepalive(module_t *channels) {
  (void)channels;
  return MODULE_VIEW_EMPTY;
}

void session_end(session_t *session) {
  (void)session;
}

static void run(void) {
  while (device_step(&device)) continue;
}

static void send_payload(const uint8_t *payload, size_t length) {
  memcpy(stream.incoming, payload, length);
  stream.incoming_length = length;
  run();
}

static void command(uint8_t number) {
  send_payload(&number, 1);
}

/** A request whose answer has so many bytes. */
static void request(uint8_t status, uint32_t length) {
  uint8_t payload[] = {REQUEST, status, (uint8_t)length, (uint8_t)(length >> 8)};
  send_payload(payload, sizeof payload);
}

static void log_in(void) {
  request(0xff, 1);
  expect(connection->authenticated, "the user is in");
}

static void expect_sent(uint32_t from, uint32_t length) {
  expect(stream.outgoing_length >= from + length, "the reply has left");
  for (uint32_t i = 0; i < length; i++) {
    expect(stream.outgoing[from + i] == (uint8_t)(length + i), "the reply has left as it was");
  }
}

static void wiped(void) {
  static const uint8_t secret[] = {REQUEST, USERAUTH_FAILURE, 1, 0, 's', 'e', 'c', 'r', 'e', 't'};
  log_in();
  int instances = userauth_instances;
  send_payload(secret, sizeof secret);
  expect(transport->payload_length == sizeof secret, "the module has let the request through");
  for (size_t i = 0; i < sizeof secret; i++) expect(transport->memory[INPUT_PTR + i] == 0, "nothing of it is left");
  expect(userauth_instances == instances && !connection->authentication.userauth.instance, "nobody has judged it");
  expect(connection->state == CONNECTION_OPEN, "the connection goes on");
}

static void judged(void) {
  static const uint8_t secret[] = {REQUEST, USERAUTH_FAILURE, 1, 0, 's', 'e', 'c', 'r', 'e', 't'};
  send_payload(secret, sizeof secret);
  expect(userauth_instances == 1 && userauth->resets == 1, "one module judges, which knows the session identifier");
  for (size_t i = 0; i < sizeof secret; i++)
    expect(transport->memory[INPUT_PTR + i] == 0, "a request goes to it alone");
  const uint8_t *region = userauth->memory + MEMORY_BYTES - CREDENTIALS_BYTES;
  expect(memcmp(region, embedded_credentials, CREDENTIALS_BYTES) == 0, "the credentials end where its memory does");
  request(USERAUTH_FAILURE, 1);
  expect(userauth_instances == 1 && userauth->resets == 1, "and it judges the next one, too");
}

static void reset_missing(void) {
  request(USERAUTH_FAILURE, 1);
  expect(connection->state == CONNECTION_OPEN && userauth->resets == 0, "a module that verifies nothing has no reset");
}

static void trapped(void) {
  userauth_traps = true;
  request(0xff, 1);
  expect(!connection->authenticated && connection->state != CONNECTION_OPEN, "a trap is no SUCCESS");
}

static void too_long_to_judge(void) {
  payload_length = BUFFER_BYTES;
  request(USERAUTH_FAILURE, 1);
  expect(connection->state == CONNECTION_OPEN && userauth->status == USERAUTH_FAILURE, "a full buffer is judged");
  payload_length = BUFFER_BYTES + 1;
  request(0xff, 1);
  expect(!connection->authenticated && connection->state != CONNECTION_OPEN, "one byte more is not");
}

static void held(void) {
  command(BEGIN_KEY_EXCHANGE);
  size_t before = stream.outgoing_length;
  // with the bytes of their lengths they fill what there is
  request(USERAUTH_FAILURE, LONGEST_HELD);
  request(USERAUTH_FAILURE, CONNECTION_HELD_BYTES - 2 - LONGEST_HELD);
  expect(stream.outgoing_length == before, "replies wait");
  expect(connection->state == CONNECTION_OPEN && !connection->disconnecting, "and there is room for them");
  command(END_KEY_EXCHANGE);
  expect_sent((uint32_t)before, LONGEST_HELD);
  expect_sent((uint32_t)before + LONGEST_HELD, CONNECTION_HELD_BYTES - 2 - LONGEST_HELD);
  request(USERAUTH_FAILURE, 300);
  expect_sent((uint32_t)before + CONNECTION_HELD_BYTES - 2, 300);
}

static void held_too_long(void) {
  command(BEGIN_KEY_EXCHANGE);
  stream.room = 0; // the last words stay to be seen
  request(USERAUTH_FAILURE, LONGEST_HELD + 1);
  expect(transport->disconnect_reason == PROTOCOL_ERROR, "a reply whose length a byte cannot say ends the connection");
}

static void held_too_many(void) {
  command(BEGIN_KEY_EXCHANGE);
  stream.room = 0;
  request(USERAUTH_FAILURE, LONGEST_HELD);
  request(USERAUTH_FAILURE, CONNECTION_HELD_BYTES - 3 - LONGEST_HELD);
  expect(connection->state == CONNECTION_OPEN, "one byte is left");
  request(USERAUTH_FAILURE, 1);
  expect(transport->disconnect_reason == PROTOCOL_ERROR, "no room for a length and a byte ends the connection");
}

static void in_order(void) {
  command(BEGIN_KEY_EXCHANGE);
  request(USERAUTH_FAILURE, 20);
  request(0xff, 1);
  size_t before = stream.outgoing_length;
  command(END_KEY_EXCHANGE);
  expect_sent((uint32_t)before, 20);
  expect_sent((uint32_t)before + 20, 1);
  expect(stream.outgoing_length == before + 21, "each leaves once");
}

static void too_long_to_send(void) {
  request(USERAUTH_FAILURE, 1024);
  expect_sent(1, 1024);
  request(USERAUTH_FAILURE, 1025);
  expect(stream.closed, "a reply beyond the transport's capacity ends the connection");
}

static void lingering(void) {
  stream.room = 0;
  request(USERAUTH_PROTOCOL_ERROR, 0);
  expect(connection->state == CONNECTION_ENDING && !stream.closed, "the client has time to take the last words");
  platform.now += LINGER_MS - 1;
  run();
  expect(!stream.closed, "until the last millisecond");
  stream.room = 4;
  device_step(&device);
  expect(!stream.closed, "a part of them is not all");
  stream.room = 0;
  platform.now++;
  device_step(&device);
  expect(stream.closed && connection->state == CONNECTION_FREE, "and not longer");
}

static void ended(void) {
  size_t before = stream.outgoing_length;
  request(USERAUTH_PROTOCOL_ERROR, 7);
  expect_sent((uint32_t)before, 7);
  expect(stream.outgoing_length == before + 17, "the reply leaves before the last words, which leave whole");
  expect(stream.closed, "then the stream is closed at once");
}

static void early(void) {
  static const uint8_t payload[] = {CHANNEL_OPEN, 0};
  stream.room = 0;
  send_payload(payload, sizeof payload);
  expect(session_payloads == 0, "no session sees it");
  expect(transport->disconnect_reason == PROTOCOL_ERROR, "it ends the connection");
}

static void served(void) {
  static const uint8_t first[] = {80, 0}, last[] = {127, 0}, beyond[] = {128, 0};
  log_in();
  send_payload(first, sizeof first);
  send_payload(last, sizeof last);
  expect(session_payloads == 2 && connection->state == CONNECTION_OPEN, "80 to 127 are the session's");
  send_payload(beyond, sizeof beyond);
  expect(stream.closed && session_payloads == 2, "the others are nobody's");
}

static void rekeyed(void) {
  platform.now += 1000; // the hour begins with SUCCESS
  log_in();
  expect(transport->rekeys == 0, "keys are new when the user comes in");
  platform.now += REKEY_MS - 1;
  run();
  expect(transport->rekeys == 0, "they serve for an hour");
  platform.now++;
  run();
  expect(transport->rekeys == 1, "then they change, once");
  platform.now += REKEY_MS;
  run();
  expect(transport->rekeys == 2, "and again");
}

static void yielding(void) {
  expect(connection_can_yield(connection), "who has not logged in gives way");
  size_t before = stream.outgoing_length;
  connection_yield(connection);
  expect(stream.closed && connection->state == CONNECTION_FREE, "at once");
  expect(stream.outgoing_length == before + 10, "with a word");
  expect(!connection_can_yield(connection), "and once");
}

static void stuck(void) {
  stream.room = 0;
  request(USERAUTH_PROTOCOL_ERROR, 0);
  expect(connection_can_yield(connection), "who is ending gives way, too");
  connection_yield(connection);
  expect(stream.closed && connection->state == CONNECTION_FREE, "even if the last words cannot be sent");
}

static void staying(void) {
  log_in();
  expect(!connection_can_yield(connection), "who is logged in does not give way");
}

/** Whatever a connection was, nothing of it is left. */
static void expect_nothing_left(void) {
  static connection_t nothing;
  expect(stream.closed && instances == 0, "the stream is closed, the modules are released");
  expect(ends == 1, "the end is logged once");
  expect(memcmp(connection, &nothing, sizeof nothing) == 0, "the place is empty");
}

static const struct {
  const char *name;
  void (*run)(void);
} SCENARIOS[] = {
    {"wiped", wiped},
    {"judged", judged},
    {"reset-missing", reset_missing},
    {"trapped", trapped},
    {"too-long-to-judge", too_long_to_judge},
    {"held", held},
    {"held-too-long", held_too_long},
    {"held-too-many", held_too_many},
    {"in-order", in_order},
    {"too-long-to-send", too_long_to_send},
    {"lingering", lingering},
    {"ended", ended},
    {"early", early},
    {"served", served},
    {"rekeyed", rekeyed},
    {"yielding", yielding},
    {"stuck", stuck},
    {"staying", staying},
};

int main(int count, char **arguments) {
  device.platform = &platform;
  store_draft_t draft;
  expect(store_open(&device.store, &platform) == PLATFORM_OK && store_draft(&device.store, &draft), "there is a store");
  expect(store_commit(&device.store, &draft) == PLATFORM_OK, "it can be written");
  device_accept(&device, &stream);
  run();
  expect(connection->state == CONNECTION_OPEN, "the connection is open");
  for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++) {
    if (count != 2 || strcmp(arguments[1], SCENARIOS[i].name) != 0) continue;
    SCENARIOS[i].run();
    if (!stream.closed) connection_close(connection, CONNECTION_CLIENT_CLOSED);
    expect_nothing_left();
    return 0;
  }
  fprintf(stderr, "no such scenario\n");
  return 2;
}
