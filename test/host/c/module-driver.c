// What host/c/modules/module.c lets a module say: pointers and lengths inside its memory, calls of exports that it has,
// nothing after a failure. The module is one page whose functions return what they are given.
//
//   module-driver

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules/module.h"

#define MEMORY_BYTES 4096

enum { ECHO, LENGTH, POINTER, TRAP, MISSING, EXPORTS };

struct engine_instance {
  uint8_t memory[MEMORY_BYTES];
  uint32_t pointer, length;
};

struct platform {
  /** What the watchdog was told last, and how often it was told that a module computes. */
  uint32_t computing, calls;
};

static platform_t platform;
static int calls;

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

engine_status_t engine_instantiate(const engine_module_t *module, engine_instance_t **instance) {
  *instance = module->memory_length ? calloc(1, sizeof **instance) : NULL;
  return *instance ? ENGINE_OK : ENGINE_NO_MEMORY;
}

void engine_release(engine_instance_t *instance) {
  free(instance);
}

engine_status_t engine_find(engine_instance_t *instance, const char *name, uint32_t parameters,
                            engine_function_t *function) {
  (void)instance;
  (void)parameters;
  *function = name;
  return strcmp(name, "missing") == 0 ? ENGINE_NO_EXPORT : ENGINE_OK;
}

engine_status_t engine_call(engine_instance_t *instance, engine_function_t function, const uint32_t *arguments,
                            uint32_t *result) {
  calls++;
  expect(platform.computing > 0, "the watchdog knows that a module computes");
  if (strcmp(function, "trap") == 0) return ENGINE_TRAP;
  if (strcmp(function, "pointer") == 0)
    *result = instance->pointer;
  else
    *result = strcmp(function, "length") == 0 ? instance->length : arguments[0];
  return ENGINE_OK;
}

engine_memory_t engine_memory(engine_instance_t *instance) {
  return (engine_memory_t){instance->memory, MEMORY_BYTES};
}

const char *engine_trap_message(const engine_instance_t *instance) {
  (void)instance;
  return "";
}

void platform_computing(platform_t *of, uint32_t longest_ms) {
  of->computing = longest_ms;
}

static const module_export_t exports[EXPORTS] = {
    [ECHO] = {"echo", 1}, [LENGTH] = {"length", 0},   [POINTER] = {"pointer", 0},
    [TRAP] = {"trap", 0}, [MISSING] = {"missing", 0},
};
static const engine_module_t embedded = {.name = "module", .sha256 = "", .memory_length = MEMORY_BYTES};

static module_t instantiate(void) {
  module_t module;
  expect(module_instantiate(&module, &platform, &embedded, exports, MISSING), "the module is instantiated");
  return module;
}

/** Whether these bytes are in the memory: the view is theirs, or it is empty and the module has failed. */
static bool is_inside(uint32_t pointer, uint32_t length) {
  module_t module = instantiate();
  module.instance->pointer = pointer;
  module.instance->length = length;
  module_view_t view = module_view_of(&module, POINTER, LENGTH);
  bool inside = !module.failed;
  if (inside) expect(view.bytes == module.memory.bytes + pointer && view.length == length, "the view is what was said");
  if (!inside) expect(view.length == 0, "nothing is seen of what is outside");
  module_release(&module);
  expect(!module.instance && !module.failed, "nothing is left of a released module");
  return inside;
}

static void bounds(void) {
  expect(is_inside(0, 0) && is_inside(0, MEMORY_BYTES) && is_inside(MEMORY_BYTES, 0), "the whole memory is inside");
  expect(is_inside(MEMORY_BYTES - 1, 1) && is_inside(1, MEMORY_BYTES - 1), "so is its last byte");
  expect(!is_inside(0, MEMORY_BYTES + 1) && !is_inside(1, MEMORY_BYTES), "a byte more is not");
  expect(!is_inside(MEMORY_BYTES + 1, 0) && !is_inside(UINT32_MAX, 0), "nor a pointer beyond it");
  expect(!is_inside(2, UINT32_MAX) && !is_inside(UINT32_MAX, 2), "a sum that wraps does not help");
}

static void failures(void) {
  module_t module = instantiate();
  expect(module_call1(&module, ECHO, 7) == 7 && platform.computing == 0, "a call returns, and the watchdog knows");
  int before = calls;
  expect(module_call0(&module, TRAP) == 0 && module.failed && platform.computing == 0, "a trap is a failure");
  expect(strcmp(module.failed, "a module trapped") == 0, "which says what it was");
  expect(module_call1(&module, ECHO, 7) == 0 && calls == before + 1, "and the last call");
  expect(module_view(&module, 0, 1).length == 0, "nothing is seen of it any more");
  module_fail(&module, "something else");
  expect(strcmp(module.failed, "a module trapped") == 0, "the first failure is the one that is told");
  module_release(&module);
}

static void missing(void) {
  module_t module;
  expect(!module_instantiate(&module, &platform, &embedded, exports, EXPORTS),
         "an export that is missing is a failure");
  expect(strcmp(module.failed, "a module lacks an export") == 0, "and is said to be");
  module_release(&module);
  module = instantiate();
  int before = calls;
  expect(module_call0(&module, MISSING) == 0 && module.failed && calls == before, "what is not there is not called");
  module_release(&module);
  static const engine_module_t nothing = {.name = "module", .sha256 = "", .memory_length = 0};
  expect(!module_instantiate(&module, &platform, &nothing, exports, MISSING), "without memory there is no module");
  expect(strcmp(module.failed, "there is no memory for a module") == 0, "and that is said");
  module_release(&module);
}

static void outputs(void) {
  module_t module = instantiate();
  module.instance->pointer = UINT32_MAX;
  expect(module_output(&module, POINTER, 0).length == 0 && !module.failed, "no output has no place");
  expect(module_output(&module, POINTER, 1).length == 0 && module.failed, "one has");
  module_release(&module);
}

int main(void) {
  bounds();
  failures();
  missing();
  outputs();
  return 0;
}
