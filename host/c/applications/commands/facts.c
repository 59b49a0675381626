// version, info, uptime and free: see tables.h.

#include "applications/commands/tables.h"
#include "modules/embedded.h"
#include "server/device.h"

#define LABEL_WIDTH 24
#define NUMBER_WIDTH 6

static void write_version(const command_outcome_t *outcome, output_t *output) {
  (void)outcome;
  output_text(output, "sesame ");
  output_text(output, embedded_version);
  output_text(output, ", ");
  output_text(output, engine_name);
  output_text(output, ", ");
  output_text(output, platform_name);
  output_text(output, "\n");
}

static command_outcome_t run_version(const command_call_t *call) {
  (void)call;
  return (command_outcome_t){.write = write_version};
}

static void write_module(output_t *output, const char *name, uint32_t length, uint32_t memory_length) {
  output_padded(output, name, LABEL_WIDTH);
  output_text(output, " ");
  output_decimal(output, length, NUMBER_WIDTH);
  output_text(output, " bytes  ");
  output_decimal(output, memory_length, NUMBER_WIDTH);
  output_text(output, " bytes of memory");
}

static void write_fact(output_t *output, const char *label, const char *fact) {
  output_padded(output, label, LABEL_WIDTH + 1);
  output_text(output, fact);
  output_text(output, "\n");
}

/** "heap  1234 of 5678 bytes at most"; nothing where the board does not know. */
static void write_peak(output_t *output, const char *label, uint32_t peak, uint32_t bytes) {
  if (bytes == 0) return;
  output_padded(output, label, LABEL_WIDTH + 1);
  output_decimal(output, peak, 0);
  output_text(output, " of ");
  output_decimal(output, bytes, 0);
  output_text(output, " bytes at most\n");
}

static void write_memory(const command_outcome_t *outcome, output_t *output) {
  write_peak(output, "heap", outcome->memory.heap_peak, outcome->memory.heap_bytes);
  write_peak(output, "stack", outcome->memory.stack_peak, outcome->memory.stack_bytes);
}

static void write_info(const command_outcome_t *outcome, output_t *output) {
  const engine_module_t *const modules[] = {&embedded_transport, &embedded_userauth, &embedded_connection};
  uint32_t bytes = 0, memory_bytes = 0;
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    write_module(output, modules[i]->name, modules[i]->wasm_length, modules[i]->memory_length);
    output_text(output, "  sha256 ");
    output_text(output, modules[i]->sha256);
    output_text(output, "\n");
    bytes += modules[i]->wasm_length;
    memory_bytes += modules[i]->memory_length;
  }
  write_module(output, "together", bytes, memory_bytes);
  output_text(output, "\n");
  write_fact(output, "version", embedded_version);
  write_fact(output, "engine", engine_name);
  write_fact(output, "board", platform_name);
  output_padded(output, "last login", LABEL_WIDTH + 1);
  output_decimal(output, outcome->number, 0);
  output_text(output, " cycles\n");
  write_memory(outcome, output);
}

static command_outcome_t run_info(const command_call_t *call) {
  const device_t *device = call->scope.device;
  return (command_outcome_t){
      .write = write_info, .number = device->login_cycles, .memory = platform_memory(device->platform)};
}

static void write_uptime(const command_outcome_t *outcome, output_t *output) {
  output_text(output, "up ");
  output_duration(output, outcome->number);
  output_text(output, "\n");
}

static command_outcome_t run_uptime(const command_call_t *call) {
  const device_t *device = call->scope.device;
  return (command_outcome_t){.write = write_uptime,
                             .number = platform_milliseconds(device->platform) - device->started_ms};
}

static command_outcome_t run_free(const command_call_t *call) {
  platform_memory_t memory = platform_memory(call->scope.device->platform);
  if (memory.heap_bytes == 0 && memory.stack_bytes == 0)
    return command_fail(COMMAND_FAILED, "this board does not know its memory");
  return (command_outcome_t){.write = write_memory, .memory = memory};
}

static const command_t entries[] = {
    {"version", "version", "what runs here", run_version, COMMAND_USERS},
    {"info", "info", "modules, sizes, SHA-256, memory in use", run_info, COMMAND_USERS},
    {"uptime", "uptime", "time since the start", run_uptime, COMMAND_USERS},
    {"free", "free", "memory: how much was in use, and how much there is", run_free, COMMAND_USERS},
};

const command_table_t facts_commands = {entries, sizeof entries / sizeof *entries, NULL};
