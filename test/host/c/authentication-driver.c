// What host/c/server/authentication.c does with a new password when others log in at the same time, with a userauth
// module that says what it is told to: the second byte of a payload is the status that follows.
//
//   authentication-driver SCENARIO

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules/embedded.h"
#include "modules/userauth.h"
#include "server/device.h"
#include "store/credentials.h"

#define MEMORY_BYTES 8192
#define REGION_PTR 5000
#define RECORD_PTR 4500
#define RECORD_BYTES 49
#define RECORD_OFFSET 22

// RFC 4252 §6, RFC 4256 §5
#define REQUEST 50
#define INFO_RESPONSE 61

struct engine_instance {
  uint8_t memory[MEMORY_BYTES];
  uint32_t status, salts;
  bool without_status;
};

struct platform {
  bool without_entropy, without_store, with_bad_credentials;
  uint8_t slots[PLATFORM_SLOT_COUNT][PLATFORM_SLOT_BYTES];
};

const engine_module_t embedded_userauth = {.name = "userauth", .sha256 = "", .memory_length = MEMORY_BYTES};
const userauth_build_t embedded_userauth_build = USERAUTH_BUILD_FULL;
const uint8_t embedded_credentials[100];
const uint32_t embedded_credentials_length = sizeof embedded_credentials;
const uint32_t embedded_credentials_id = 1;
const uint32_t embedded_credentials_capacity = 2048;
const embedded_hash_limit_t embedded_hash_limit = {.iterations = 1000, .blocks = 4000};

static platform_t platform;
static device_t device;
static authentication_t *const first = &device.connections[0].authentication;
static authentication_t *const second = &device.connections[1].authentication;

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

engine_status_t engine_instantiate(const engine_module_t *module, engine_instance_t **instance) {
  (void)module;
  *instance = calloc(1, sizeof **instance);
  return *instance ? ENGINE_OK : ENGINE_NO_MEMORY;
}

void engine_release(engine_instance_t *instance) {
  free(instance);
}

/** A function is its name. */
engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function) {
  (void)instance;
  (void)parameters;
  *function = name;
  return ENGINE_OK;
}

engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result) {
  const char *name = function;
  *result = 0;
  if (strcmp(name, "credentialsPtr") == 0) *result = REGION_PTR;
  if (strcmp(name, "credentialsCapacity") == 0) *result = 2048;
  if (strcmp(name, "fieldPtr") == 0) *result = RECORD_PTR;
  if (strcmp(name, "fieldLength") == 0) *result = RECORD_BYTES;
  if (strcmp(name, "recordOffset") == 0) *result = RECORD_OFFSET;
  if (strcmp(name, "makeSalt") == 0) instance->salts++;
  if (strcmp(name, "reset") == 0) *result = !platform.with_bad_credentials;
  if (strcmp(name, "receive") == 0) {
    instance->status = instance->memory[1];
    *result = 1;
  } else if (strcmp(name, "decide") == 0) {
    instance->status = arguments[0] == USERAUTH_SUCCESS ? USERAUTH_SUCCESS : USERAUTH_FAILURE;
    *result = 1;
  }
  return ENGINE_OK;
}

engine_status_t engine_global(engine_instance_t *instance, const char *name, uint32_t *value) {
  (void)name;
  *value = instance->status;
  return instance->without_status ? ENGINE_NO_EXPORT : ENGINE_OK;
}

engine_memory_t engine_memory(engine_instance_t *instance) {
  return (engine_memory_t){instance->memory, MEMORY_BYTES};
}

const char *engine_trap_message(const engine_instance_t *instance) {
  (void)instance;
  return "";
}

platform_status_t platform_entropy(platform_t *of, uint8_t *bytes, size_t length) {
  memset(bytes, 1, length);
  return of->without_entropy ? PLATFORM_NO_ENTROPY : PLATFORM_OK;
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
  if (of->without_store) return PLATFORM_STORE_ERROR;
  memcpy(of->slots[slot], bytes, PLATFORM_SLOT_BYTES);
  return PLATFORM_OK;
}

void platform_address(const platform_stream_t *stream, char address[PLATFORM_ADDRESS_BYTES]) {
  (void)stream;
  address[0] = 0;
}

void platform_log(platform_t *of, const char *line) {
  (void)of;
  (void)line;
}

void device_log(device_t *of, const log_line_t *line) {
  (void)of;
  (void)line;
}

void device_fail(device_t *of, const char *why) {
  (void)why;
  of->fault = true;
}

static void open_connection(authentication_t *authentication) {
  uint8_t session_id[32] = {0};
  expect(authentication_open(authentication, &device, 1, (module_view_t){session_id, sizeof session_id}), "it opens");
  memset(authentication->userauth.memory.bytes + RECORD_PTR, 7, RECORD_BYTES);
}

static void receive(authentication_t *authentication, uint8_t number, userauth_status_t status) {
  uint8_t payload[] = {number, (uint8_t)status};
  authentication_receive(authentication, (module_view_t){payload, sizeof payload});
}

/** The client's new password is acceptable; returns what the host has said about it. */
static userauth_status_t change_by(authentication_t *authentication, uint8_t number) {
  module_view_t reply;
  receive(authentication, number, USERAUTH_CHANGE_PENDING);
  expect(authentication_is_waiting(authentication), "the new password waits for the store");
  expect(authentication_decide(authentication, &reply), "the store answers at once");
  return authentication->status;
}

/** The client sends both passwords. */
static userauth_status_t change(authentication_t *authentication) {
  return change_by(authentication, REQUEST);
}

static uint8_t region_byte(const authentication_t *authentication) {
  return authentication->userauth.memory.bytes[REGION_PTR + RECORD_OFFSET];
}

static uint8_t stored_byte(void) {
  uint8_t region[STORE_CREDENTIALS_CAPACITY];
  expect(credentials_read(&device.store, region), "the store can be read");
  return region[RECORD_OFFSET];
}

static void told(void) {
  expect(change(first) == USERAUTH_SUCCESS && stored_byte() == 7, "the new password is stored");
  expect(region_byte(second) == 7, "the other connection has it");
  expect(authentication_is_current(first) && authentication_is_current(second), "both go on");
}

static void replaced(void) {
  expect(credentials_reset(&device.store) == CREDENTIALS_OK, "the credentials are replaced");
  authentication_end(first);
  open_connection(first);
  expect(change(first) == USERAUTH_SUCCESS, "a password of the new credentials is changed");
  expect(region_byte(second) == 0, "the old credentials stay as they are");
  expect(!authentication_is_current(second), "and are not in force");
}

static void stale(void) {
  receive(second, REQUEST, USERAUTH_PROMPTED);
  receive(second, INFO_RESPONSE, USERAUTH_CHANGE_REQUIRED);
  expect(change(first) == USERAUTH_SUCCESS, "one changes the password");
  uint32_t sequence = device.store.sequence;
  expect(change_by(second, INFO_RESPONSE) == USERAUTH_FAILURE, "the other has given the old one before");
  expect(device.store.sequence == sequence, "nothing is stored");
  receive(second, REQUEST, USERAUTH_PROMPTED);
  receive(second, INFO_RESPONSE, USERAUTH_CHANGE_REQUIRED);
  expect(change_by(second, INFO_RESPONSE) == USERAUTH_SUCCESS, "and may begin again");
}

static void repeated(void) {
  receive(second, REQUEST, USERAUTH_CHANGE_REQUIRED);
  expect(change(first) == USERAUTH_SUCCESS, "one changes a password");
  expect(change(second) == USERAUTH_SUCCESS, "the other gives the old one once more");
}

static void unstored(void) {
  platform.without_store = true;
  expect(change(first) == USERAUTH_FAILURE, "what is not stored is not the password");
  expect(stored_byte() == 0 && region_byte(second) == 0, "the old one is in force");
  expect(authentication_is_current(first) && authentication_is_current(second), "both go on");
  expect(first->userauth.instance->salts == 2, "there is a salt for another attempt");
}

static void unsalted(void) {
  platform.without_entropy = true;
  change(first);
  expect(first->userauth.failed && device.fault, "without entropy there is no other password");
  expect(first->status != USERAUTH_SUCCESS, "and the client is not told of this one");
}

static void statusless(void) {
  first->userauth.instance->without_status = true;
  receive(first, REQUEST, USERAUTH_SUCCESS & 0xff);
  first->userauth.instance->status = USERAUTH_SUCCESS;
  expect(first->userauth.failed, "a module without a status has failed");
  expect(userauth_status(&first->userauth) == USERAUTH_NONE, "and admits nobody");
  second->userauth.instance->without_status = true;
  second->userauth.instance->status = USERAUTH_SUCCESS;
  expect(userauth_status(&second->userauth) == USERAUTH_NONE, "not even with the call that shows it");
}

static void overlong(void) {
  userauth_credentials(&first->userauth, 2048);
  expect(!first->userauth.failed, "there is room for credentials as long as the module says");
  userauth_credentials(&first->userauth, 2049);
  expect(first->userauth.failed, "and for none that are longer, though they would end within its memory");
}

static void refused(void) {
  authentication_end(first);
  platform.with_bad_credentials = true;
  static uint8_t id[32];
  bool opened = authentication_open(first, &device, 0, (module_view_t){id, sizeof id});
  expect(!opened && first->userauth.failed, "a module that cannot use its credentials is never asked");
}

static const struct {
  const char *name;
  void (*run)(void);
} SCENARIOS[] = {
    {"told", told},         {"replaced", replaced}, {"stale", stale},           {"repeated", repeated},
    {"unstored", unstored}, {"unsalted", unsalted}, {"statusless", statusless}, {"overlong", overlong},
    {"refused", refused},
};

int main(int count, char **arguments) {
  device.platform = &platform;
  store_draft_t draft;
  expect(store_open(&device.store, &platform) == PLATFORM_OK && store_draft(&device.store, &draft), "there is a store");
  expect(store_commit(&device.store, &draft) == PLATFORM_OK, "it can be written");
  open_connection(first);
  open_connection(second);
  for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++) {
    if (count != 2 || strcmp(arguments[1], SCENARIOS[i].name) != 0) continue;
    SCENARIOS[i].run();
    authentication_end(first);
    authentication_end(second);
    return 0;
  }
  fprintf(stderr, "no such scenario\n");
  return 2;
}
