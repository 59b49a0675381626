// See module.h.

#include "modules/module.h"

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

bool module_instantiate(module_t *module, platform_t *platform, const engine_module_t *embedded,
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

void module_release(module_t *module) {
  engine_release(module->instance);
  *module = (module_t){0};
}

static uint32_t call(module_t *module, uint32_t index, const uint32_t *arguments) {
  uint32_t result = 0;
  if (!module->exports[index]) module_fail(module, describe(ENGINE_NO_EXPORT));
  if (module->failed) return 0;
  platform_computing(module->platform, MODULE_CALL_LONGEST_MS);
  engine_status_t status = engine_call(module->instance, module->exports[index], arguments, &result);
  platform_computing(module->platform, 0);
  if (status == ENGINE_OK) return result;
  const char *trap = engine_trap_message(module->instance);
  module_fail(module, trap[0] ? trap : describe(status));
  return 0;
}

uint32_t module_call0(module_t *module, uint32_t index) {
  return call(module, index, NULL);
}

uint32_t module_call1(module_t *module, uint32_t index, uint32_t argument) {
  return call(module, index, &argument);
}

uint32_t module_call2(module_t *module, uint32_t index, uint32_t first, uint32_t second) {
  return call(module, index, (const uint32_t[]){first, second});
}

uint32_t module_call3(module_t *module, uint32_t index, uint32_t first, uint32_t second, uint32_t third) {
  return call(module, index, (const uint32_t[]){first, second, third});
}

module_view_t module_view(module_t *module, uint32_t pointer, uint32_t length) {
  if (module->failed) return MODULE_VIEW_EMPTY;
  if (pointer > module->memory.length || length > module->memory.length - pointer) {
    module_fail(module, "a module pointed outside its memory");
    return MODULE_VIEW_EMPTY;
  }
  return (module_view_t){module->memory.bytes + pointer, length};
}

module_view_t module_view_of(module_t *module, uint32_t pointer_export, uint32_t length_export) {
  uint32_t length = module_call0(module, length_export);
  return module_view(module, module_call0(module, pointer_export), length);
}

module_view_t module_output(module_t *module, uint32_t pointer_export, uint32_t length) {
  return length == 0 ? MODULE_VIEW_EMPTY : module_view(module, module_call0(module, pointer_export), length);
}
