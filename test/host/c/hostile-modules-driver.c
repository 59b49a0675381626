// Runs the C host on modules that misbehave: host/c with an engine whose calls give back plausible numbers, and now and
// then any others, write noise into their memory, and trap. Whatever they do, the host may only end the connection. The
// sanitizers watch; what is left behind by a connection is counted here.
//
//   hostile-modules-driver ROUNDS
//
// Each round serves DEVICE_CONNECTIONS clients at once. USERAUTH_BUILD is the userauth build that the modules pretend
// to be; in the full one the application decides at random, and does not always know at once.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules/embedded.h"
#include "server/device.h"

#define STEPS (2000 * DEVICE_CONNECTIONS)

struct engine_instance {
  const engine_module_t *module;
  const char *trap_message;
  uint8_t *memory;
  /** The connection module's channel 0. */
  bool open;
  /** What the shell module was given last. */
  uint32_t given;
};

struct platform_stream {
  bool closed;
};

struct platform {
  uint64_t milliseconds;
  unsigned computing;
  uint8_t slots[PLATFORM_SLOT_COUNT][PLATFORM_SLOT_BYTES];
};

const engine_module_t embedded_transport = {.name = "transport", .sha256 = "", .memory_length = 10000};
const engine_module_t embedded_userauth = {.name = "userauth", .sha256 = "", .memory_length = 10000};
const engine_module_t embedded_connection = {.name = "connection", .sha256 = "", .memory_length = 10000};
const engine_module_t embedded_shell = {.name = "shell", .sha256 = "", .memory_length = 10000};
const userauth_build_t embedded_userauth_build = USERAUTH_BUILD;
const char embedded_signature_algorithms[] = "ssh-ed25519,rsa-sha2-512";
const uint8_t embedded_credentials[192];
const uint32_t embedded_credentials_length = sizeof embedded_credentials;
const uint32_t embedded_credentials_id = 1;
const uint32_t embedded_credentials_capacity = 256;
const embedded_hash_limit_t embedded_hash_limit = {.iterations = 1000, .blocks = 4000};
const bool embedded_credentials_are_development = false;
const char embedded_version[] = "0";
const char engine_name[] = "hostile";
const char platform_name[] = "driver";

static uint32_t state = 1;
static device_t device;
static int instances, ends, module_errors, logins, decisions, changes, refused_shells, shell_traps;
/** A module misbehaves at one in so many calls. */
static uint32_t misbehaviour = 1000;

static uint32_t random_number(uint32_t limit) {
  state = state * 1664525 + 1013904223;
  return (uint32_t)((uint64_t)state * limit >> 32);
}

static bool one_in(uint32_t count) {
  return random_number(count) == 0;
}

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

engine_status_t engine_instantiate(const engine_module_t *module, engine_instance_t **instance) {
  *instance = NULL;
  if (one_in(200)) return ENGINE_NO_MEMORY;
  *instance = calloc(1, sizeof **instance);
  **instance = (engine_instance_t){.module = module, .trap_message = "", .memory = calloc(1, module->memory_length)};
  instances++;
  return ENGINE_OK;
}

void engine_release(engine_instance_t *instance) {
  if (!instance) return;
  free(instance->memory);
  free(instance);
  instances--;
}

/** A function is its name. */
engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function) {
  (void)instance;
  (void)parameters;
  *function = name;
  return one_in(5000) ? ENGINE_NO_EXPORT : ENGINE_OK;
}

/** What a module in order might return: a login, and then a channel on which everything happens. */
static uint32_t polite_result(engine_instance_t *instance, const char *name) {
  static const struct {
    const char *name;
    uint32_t least, most;
  } RESULTS[] = {
      {"inputPtr", 0, 0},
      {"inputCapacity", 1, 200},
      {"outputPtr", 5000, 5000},
      {"outputLength", 0, 60},
      {"hostKeyPtr", 9000, 9000},
      {"signatureAlgorithmsPtr", 9100, 9100},
      {"open", 60, 60},
      {"payloadPtr", 0, 0},
      {"payloadLength", 1, 200},
      {"sendPtr", 5200, 5200},
      {"send", 1, 100},
      {"unimplemented", 20, 20},
      {"rekey", 0, 200},
      {"disconnect", 20, 60},
      {"disconnectReason", 0, 14},
      {"credentialsPtr", 9000, 9000},
      {"credentialsCapacity", 256, 256},
      {"fieldPtr", 4200, 4300},
      {"fieldLength", 0, 60},
      {"recordOffset", 0, 160},
      {"sessionIdPtr", 100, 100},
      {"sessionIdLength", 32, 32},
      {"eventChannel", 0, 0},
      {"eventPtr", 3000, 3100},
      {"eventLength", 0, 60},
      {"columns", 0, 500},
      {"rows", 0, 500},
      {"answer", 0, 5},
      {"consumed", 0, 9},
      {"writable", 0, 600},
      {"writePtr", 5100, 5100},
      {"write", 10, 60},
      {"sendEof", 5, 5},
      {"exit", 30, 30},
      {"close", 5, 5},
  };
  if (strcmp(name, "sendCapacity") == 0) return one_in(8) ? 0 : 4096;
  if (strcmp(name, "nextReply") == 0) return one_in(4) ? random_number(1025) : 0;
  if (strcmp(name, "inputCapacity") == 0 && instance->module == &embedded_connection) return 4096;
  for (size_t i = 0; i < sizeof RESULTS / sizeof RESULTS[0]; i++) {
    if (strcmp(name, RESULTS[i].name) != 0) continue;
    return RESULTS[i].least + random_number(RESULTS[i].most - RESULTS[i].least + 1);
  }
  if (instance->module == &embedded_transport) return one_in(200) ? 2 : random_number(2);
  if (instance->module != &embedded_connection) return random_number(100);
  uint32_t event = one_in(200) ? 13 + random_number(2) : 2 + random_number(11);
  if (!instance->open) event = CONNECTION_EVENT_OPEN;
  instance->open = event != CONNECTION_EVENT_CLOSE;
  return event;
}

/** Makes words of a text; returns their length. */
static uint32_t split_text(uint8_t *text) {
  uint32_t length = 0;
  for (; length < 100 && text[length] != 0; length++) {
    if (text[length] == ' ') text[length] = 0;
  }
  text[length] = 0;
  return length + 1;
}

/** What the shell module in order might return: lines, and now and then each other event. */
static uint32_t polite_shell_result(engine_instance_t *instance, const char *name, const uint32_t *arguments) {
  uint32_t event = one_in(2) ? SHELL_EVENT_LINE : random_number(SHELL_EVENT_COMPLETE + 1);
  if (strcmp(name, "receive") == 0) {
    instance->given = arguments[0];
    return event;
  }
  if (strcmp(name, "consumed") == 0) return instance->given;
  if (strcmp(name, "end") == 0) return one_in(2) ? SHELL_EVENT_END : event;
  if (strcmp(name, "output") == 0) return random_number((arguments[0] < 100 ? arguments[0] : 100) + 1);
  if (strcmp(name, "inputCapacity") == 0) return SHELL_INPUT_CAPACITY;
  size_t length = strlen(name);
  if (strcmp(name, "splitWords") == 0) return one_in(10);
  if (strcmp(name, "wordsLength") == 0) return split_text(instance->memory + 3000);
  if (length > 3 && strcmp(name + length - 3, "Ptr") == 0) return strcmp(name, "inputPtr") == 0 ? 0 : 3000;
  return length > 6 && strcmp(name + length - 6, "Length") == 0 ? random_number(60) : 0;
}

/** What none may. */
static uint32_t hostile_result(const engine_instance_t *instance) {
  uint32_t length = instance->module->memory_length;
  switch (random_number(4)) {
  case 0: return random_number(UINT32_MAX);
  case 1: return length + 1 - random_number(3);
  case 2: return random_number(length);
  default: return random_number(20);
  }
}

/** Whether the transport module's client is logged in. */
static bool is_logged_in(const engine_instance_t *transport) {
  for (int i = 0; i < DEVICE_CONNECTIONS; i++) {
    if (device.connections[i].transport.instance == transport) return device.connections[i].authenticated;
  }
  return false;
}

/** What payloads and events are made of. */
static void fill(engine_instance_t *instance) {
  static const char *const TEXTS[] = {"cat",
                                      "help",
                                      "info",
                                      "echo\xff\xfe",
                                      "led on\nnonsense\n",
                                      "credentials -\nAAAA",
                                      "credentials default",
                                      "\x1b[A\t\r\x03"};
  const char *text = TEXTS[random_number(sizeof TEXTS / sizeof TEXTS[0])];
  memcpy(instance->memory + 3000, text, strlen(text) + 1);
  instance->memory[0] = is_logged_in(instance) && !one_in(10) ? 90 : 50;
  instance->memory[random_number(instance->module->memory_length)] = (uint8_t)random_number(256);
}

engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result) {
  *result = 0;
  if (instance->trap_message[0]) fail("a module that has trapped was called");
  // few connections live until a shell is called
  if (one_in(instance->module == &embedded_shell ? 200 : 10 * misbehaviour)) {
    instance->trap_message = "trap";
    shell_traps += instance->module == &embedded_shell;
    return ENGINE_TRAP;
  }
  if (strcmp(function, "receive") == 0) fill(instance);
  if (one_in(misbehaviour))
    *result = hostile_result(instance);
  else if (instance->module == &embedded_shell)
    *result = polite_shell_result(instance, function, arguments);
  else
    *result = polite_result(instance, function);
  return ENGINE_OK;
}

engine_status_t engine_global(engine_instance_t *instance, const char *name, uint32_t *value) {
  (void)instance;
  (void)name;
  *value = one_in(3) ? USERAUTH_SUCCESS : random_number(20);
  if (USERAUTH_BUILD == USERAUTH_BUILD_FULL && one_in(2))
    *value = one_in(2) ? USERAUTH_PENDING : USERAUTH_CHANGE_PENDING;
  return ENGINE_OK;
}

engine_memory_t engine_memory(engine_instance_t *instance) {
  return (engine_memory_t){instance->memory, instance->module->memory_length};
}

const char *engine_trap_message(const engine_instance_t *instance) {
  return instance->trap_message;
}

size_t platform_receive(platform_stream_t *stream, uint8_t *bytes, size_t capacity) {
  if (stream->closed) fail("a closed stream is used");
  size_t length = random_number((uint32_t)capacity + 1);
  for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)random_number(256);
  return length;
}

/** The sanitizers see whether it can be read. */
static void read_all(const uint8_t *bytes, size_t length) {
  static volatile uint8_t sum;
  for (size_t i = 0; i < length; i++) sum = (uint8_t)(sum + bytes[i]);
}

size_t platform_send(platform_stream_t *stream, const uint8_t *bytes, size_t length) {
  if (stream->closed) fail("a closed stream is used");
  size_t taken = one_in(2) ? length : random_number((uint32_t)length + 1);
  read_all(bytes, taken);
  return taken;
}

bool platform_connected(platform_stream_t *stream) {
  (void)stream;
  return !one_in(2000);
}

void platform_close(platform_stream_t *stream) {
  if (stream->closed) fail("a stream is closed twice");
  stream->closed = true;
}

void platform_address(const platform_stream_t *stream, char address[PLATFORM_ADDRESS_BYTES]) {
  (void)stream;
  address[0] = 0;
}

bool platform_same_source(const platform_stream_t *one, const platform_stream_t *other) {
  (void)one;
  (void)other;
  return false;
}

platform_status_t platform_entropy(platform_t *platform, uint8_t *bytes, size_t length) {
  (void)platform;
  memset(bytes, 1, length);
  return PLATFORM_OK;
}

uint64_t platform_milliseconds(platform_t *platform) {
  return platform->milliseconds += one_in(20000) ? 4000000 : random_number(10);
}

uint64_t platform_cycles(platform_t *platform) {
  return platform->milliseconds;
}

void platform_computing(platform_t *platform, uint32_t longest_ms) {
  platform->computing = longest_ms;
}

platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes,
                                     size_t length) {
  memcpy(bytes, platform->slots[slot] + offset, length);
  return one_in(1000) ? PLATFORM_STORE_ERROR : PLATFORM_OK;
}

platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes) {
  memcpy(platform->slots[slot], bytes, PLATFORM_SLOT_BYTES);
  return one_in(10) ? PLATFORM_STORE_ERROR : PLATFORM_OK;
}

void platform_log(platform_t *platform, const char *line) {
  (void)platform;
  ends += strstr(line, ": ended, ") != NULL;
  module_errors += strstr(line, "module-error, ") != NULL;
  logins += strstr(line, "userauth SUCCESS") != NULL;
  changes += strstr(line, "a password was changed") != NULL;
  refused_shells += strstr(line, ": no shell, ") != NULL;
}

void platform_light(platform_t *platform, platform_light_t light) {
  (void)platform;
  (void)light;
}

platform_serial_status_t platform_serial_open(platform_t *platform, uint32_t baud) {
  (void)platform;
  (void)baud;
  return PLATFORM_SERIAL_NONE;
}

size_t platform_serial_receive(platform_t *platform, uint8_t *bytes, size_t capacity) {
  (void)platform;
  (void)bytes;
  (void)capacity;
  return 0;
}

size_t platform_serial_send(platform_t *platform, const uint8_t *bytes, size_t length) {
  (void)platform;
  (void)bytes;
  return length;
}

bool platform_serial_connected(platform_t *platform) {
  (void)platform;
  return true;
}

void platform_serial_close(platform_t *platform) {
  (void)platform;
}

bool platform_restart(platform_t *platform, platform_restart_t restart) {
  (void)platform;
  (void)restart;
  return false;
}

platform_memory_t platform_memory(platform_t *platform) {
  (void)platform;
  return (platform_memory_t){0};
}

/** The application: any verdict, and half of the time none yet. */
static userauth_status_t decide(void *context, const authentication_request_t *request) {
  const module_view_t views[] = {request->user,         request->method,    request->password,
                                 request->new_password, request->algorithm, request->public_key};
  (void)context;
  for (size_t i = 0; i < sizeof views / sizeof *views; i++) read_all(views[i].bytes, views[i].length);
  decisions++;
  if (one_in(2)) return USERAUTH_PENDING;
  return one_in(3) ? USERAUTH_SUCCESS : (userauth_status_t)random_number(20);
}

/** The slots are zeros: there is no record yet. */
static void make_host_key(store_t *store, platform_t *platform) {
  *store = (store_t){.platform = platform};
  store_draft_t draft;
  while (!store_draft(store, &draft) || store_commit(store, &draft) != PLATFORM_OK) continue;
}

static bool all_closed(const platform_stream_t *streams) {
  for (int i = 0; i < DEVICE_CONNECTIONS; i++) {
    if (!streams[i].closed) return false;
  }
  return true;
}

/** Runs connections to their ends; one that has not come to its end by itself is ended. */
static void serve(platform_t *platform) {
  static connection_t nothing;
  platform_stream_t streams[DEVICE_CONNECTIONS] = {0};
  for (int i = 0; i < DEVICE_CONNECTIONS; i++) device_accept(&device, &streams[i]);
  for (int step = 0; step < STEPS && !all_closed(streams); step++) device_step(&device);
  if (one_in(2)) {
    device_end(&device, CONNECTION_SHUTDOWN);
    device.ending = false;
    for (int step = 0; step < STEPS && device_is_serving(&device); step++) device_step(&device);
    if (device_is_serving(&device)) fail("a client is served beyond the end");
  }
  for (int i = 0; i < DEVICE_CONNECTIONS; i++) connection_yield(&device.connections[i]);
  if (device_is_serving(&device) || !all_closed(streams)) fail("a connection does not end");
  if (instances != 0) fail("an instance was not released");
  if (platform->computing != 0) fail("the watchdog was left quiet");
  for (int i = 0; i < DEVICE_CONNECTIONS; i++) {
    if (memcmp(&device.connections[i], &nothing, sizeof nothing) != 0) fail("a connection leaves something behind");
  }
}

int main(int count, char **arguments) {
  static platform_t platform;
  int rounds = count == 2 ? atoi(arguments[1]) : 0;
  device.platform = &platform;
  device.authenticate = decide;
  make_host_key(&device.store, &platform);
  for (int i = 0; i < rounds; i++) {
    misbehaviour = i % 4 == 0 ? 50 : 5000;
    serve(&platform);
  }
  if (ends != rounds * DEVICE_CONNECTIONS) fail("an end was not logged, or twice");
  printf("%d connections, %d logins, %d module errors, %d decisions, %d changes, %d shells refused, %d trapped\n", ends,
         logins, module_errors, decisions, changes, refused_shells, shell_traps);
  return 0;
}
