// Drives an engine for engine.test.ts, which compiles it with the modules that it needs:
//
//   instantiate MODULE                  (number in `driver_modules`) ok INSTANCE
//   find INSTANCE NAME PARAMETERS       ok
//   call INSTANCE NAME ARGUMENT…        ok RESULT, or: trap MESSAGE
//   global INSTANCE NAME                ok VALUE
//   write INSTANCE ADDRESS HEX          ok
//   read INSTANCE ADDRESS LENGTH        ok HEX
//   memory INSTANCE                     ok LENGTH
//   release INSTANCE                    ok FREED TRACES: blocks given back to the heap, and how many held `MARK` four
//   times
//
// A command is a line of standard input, its answer a line of standard output: "ok", or the status that it failed with.
// Linked with -Wl,--wrap=free, so that every block can be looked at when it is given back.

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

extern const engine_module_t *const driver_modules[];

#define MARK 0xa5a5a5a5u
#define INSTANCES 64
#define LINE_BYTES 65536

static engine_instance_t *instances[INSTANCES];
static unsigned freed, traces;

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block) {
  static const uint32_t mark[4] = {MARK, MARK, MARK, MARK};
  size_t length = block ? malloc_usable_size(block) : 0;
  if (length >= sizeof mark && memmem(block, length, mark, sizeof mark)) traces++;
  freed++;
  __real_free(block);
}

static const char *word(void) {
  const char *found = strtok(NULL, " \n");
  return found ? found : "";
}

static uint32_t number(void) {
  return (uint32_t)strtoul(word(), NULL, 10);
}

static const char *status_name(engine_status_t status) {
  static const char *const names[] = {"ok", "trap", "no memory", "invalid module", "no export"};
  return names[status];
}

static void instantiate(void) {
  unsigned free_place = 0;
  while (instances[free_place]) free_place++;
  engine_status_t status = engine_instantiate(driver_modules[number()], &instances[free_place]);
  printf("%s", status_name(status));
  if (status == ENGINE_OK) printf(" %u", free_place);
}

static void call(engine_instance_t *instance) {
  const char *name = word();
  uint32_t arguments[8], count = 0, result = MARK;
  for (const char *argument; *(argument = word());) arguments[count++] = (uint32_t)strtoul(argument, NULL, 10);
  engine_function_t function;
  engine_status_t status = engine_find(instance, name, count, &function);
  if (status == ENGINE_OK) status = engine_call(instance, function, arguments, &result);
  printf("%s", status_name(status));
  if (status == ENGINE_OK) printf(" %" PRIu32, result);
  if (status == ENGINE_TRAP) printf(" %s", engine_trap_message(instance));
}

static void read_memory(engine_instance_t *instance) {
  const uint8_t *bytes = engine_memory(instance).bytes + number();
  printf("ok ");
  for (uint32_t left = number(); left > 0; left--) printf("%02x", *bytes++);
}

static void write_memory(engine_instance_t *instance) {
  uint8_t *bytes = engine_memory(instance).bytes + number();
  unsigned byte;
  for (const char *hex = word(); sscanf(hex, "%2x", &byte) == 1; hex += 2) *bytes++ = (uint8_t)byte;
  printf("ok");
}

static void answer(const char *command) {
  if (strcmp(command, "instantiate") == 0) {
    instantiate();
    return;
  }
  engine_instance_t **place = &instances[number()], *instance = *place;
  if (strcmp(command, "find") == 0) {
    const char *name = word();
    engine_function_t function;
    printf("%s", status_name(engine_find(instance, name, number(), &function)));
  } else if (strcmp(command, "call") == 0) {
    call(instance);
  } else if (strcmp(command, "global") == 0) {
    uint32_t value = 0;
    engine_status_t status = engine_global(instance, word(), &value);
    printf("%s", status_name(status));
    if (status == ENGINE_OK) printf(" %" PRIu32, value);
  } else if (strcmp(command, "write") == 0) {
    write_memory(instance);
  } else if (strcmp(command, "read") == 0) {
    read_memory(instance);
  } else if (strcmp(command, "memory") == 0) {
    printf("ok %" PRIu32, engine_memory(instance).length);
  } else if (strcmp(command, "release") == 0) {
    freed = traces = 0;
    engine_release(instance);
    *place = NULL;
    printf("ok %u %u", freed, traces);
  }
}

int main(void) {
  static char line[LINE_BYTES];
  while (fgets(line, sizeof line, stdin)) {
    const char *command = strtok(line, " \n");
    if (command) answer(command);
    printf("\n");
    fflush(stdout);
  }
  for (unsigned i = 0; i < INSTANCES; i++) engine_release(instances[i]);
  return 0;
}
