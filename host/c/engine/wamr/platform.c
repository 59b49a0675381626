// See platform_internal.h. The host calls WAMR from one thread, and wants to hear its messages from the calls that
// fail.

#include "platform_api_extension.h"
#include "platform_api_vmcore.h"

int bh_platform_init(void) {
  return 0;
}

void bh_platform_destroy(void) {}

// engine/wamr.c gives WAMR an allocator; these are never called, but linked.

void *os_malloc(unsigned size) {
  return malloc(size);
}

void *os_realloc(void *ptr, unsigned size) {
  return realloc(ptr, size);
}

void os_free(void *ptr) {
  free(ptr);
}

/** Linear memories. Their addresses are aligned for WAMR's accesses of eight bytes. */
void *os_mmap(void *hint, size_t size, int prot, int flags, os_file_handle file) {
  (void)hint, (void)prot, (void)flags, (void)file;
  void *memory = BH_MALLOC((unsigned)size);
  if (memory) memset(memory, 0, size);
  return memory;
}

void os_munmap(void *addr, size_t size) {
  (void)size;
  BH_FREE(addr);
}

void *os_mremap(void *old_addr, size_t old_size, size_t new_size) {
  return os_mremap_slow(old_addr, old_size, new_size);
}

int os_mprotect(void *addr, size_t size, int prot) {
  (void)addr, (void)size, (void)prot;
  return 0;
}

void os_dcache_flush(void) {}

void os_icache_flush(void *start, size_t len) {
  (void)start, (void)len;
}

int os_printf(const char *format, ...) {
  (void)format;
  return 0;
}

int os_vprintf(const char *format, va_list ap) {
  (void)format, (void)ap;
  return 0;
}

uint64 os_time_get_boot_us(void) {
  return 0;
}

uint64 os_time_thread_cputime_us(void) {
  return 0;
}

korp_tid os_self_thread(void) {
  return 1;
}

/** Where the C stack ends is the board's to watch. */
uint8 *os_thread_get_stack_boundary(void) {
  return NULL;
}

void os_thread_jit_write_protect_np(bool enabled) {
  (void)enabled;
}

int os_mutex_init(korp_mutex *mutex) {
  (void)mutex;
  return 0;
}

int os_mutex_destroy(korp_mutex *mutex) {
  (void)mutex;
  return 0;
}

int os_mutex_lock(korp_mutex *mutex) {
  (void)mutex;
  return 0;
}

int os_mutex_unlock(korp_mutex *mutex) {
  (void)mutex;
  return 0;
}

// What code that we do not use refers to: measurements of time and memory, and functions that a module imports.

uint64 bh_get_tick_ms(void);
void wasm_trap_delete(void *trap);

uint64 bh_get_tick_ms(void) {
  return 0;
}

int os_dumps_proc_mem_info(char *out, unsigned int size) {
  (void)out, (void)size;
  return -1;
}

void wasm_trap_delete(void *trap) {
  (void)trap;
}
