# WAMR's interpreter for one thread, from its sources, on the platform of this folder (platform_internal.h). In: WAMR_ROOT, the
# folder of the sources, and SESAME_ENGINE, wamr for the classic interpreter or wamr-fast. Sets WAMR_SOURCES with their
# properties, and for those who use it WAMR_INCLUDES and WAMR_FAST, 1 or 0.

if(NOT EXISTS "${WAMR_ROOT}/core/iwasm/include/wasm_export.h")
  message(FATAL_ERROR "WAMR_ROOT (${WAMR_ROOT}) has no core/iwasm/include/wasm_export.h: set it to the folder of WAMR 2.4")
endif()

set(WAMR_FAST 0)
set(wamr_interpreter classic)
if(SESAME_ENGINE STREQUAL wamr-fast)
  set(WAMR_FAST 1)
  set(wamr_interpreter fast)
endif()

set(WAMR_INCLUDES ${WAMR_ROOT}/core/iwasm/include)
set(WAMR_SOURCES
    iwasm/common/arch/invokeNative_general.c
    iwasm/common/wasm_exec_env.c
    iwasm/common/wasm_loader_common.c
    iwasm/common/wasm_memory.c
    iwasm/common/wasm_native.c
    iwasm/common/wasm_runtime_common.c
    iwasm/interpreter/wasm_interp_${wamr_interpreter}.c
    iwasm/interpreter/wasm_loader.c
    iwasm/interpreter/wasm_runtime.c
    shared/mem-alloc/ems/ems_alloc.c
    shared/mem-alloc/ems/ems_gc.c
    shared/mem-alloc/ems/ems_hmu.c
    shared/mem-alloc/ems/ems_kfc.c
    shared/mem-alloc/mem_alloc.c
    shared/utils/bh_assert.c
    shared/utils/bh_bitmap.c
    shared/utils/bh_common.c
    shared/utils/bh_hashmap.c
    shared/utils/bh_leb128.c
    shared/utils/bh_list.c
    shared/utils/bh_log.c
    shared/utils/bh_vector.c)
list(TRANSFORM WAMR_SOURCES PREPEND ${WAMR_ROOT}/core/)
list(APPEND WAMR_SOURCES ${CMAKE_CURRENT_LIST_DIR}/platform.c)

# Memory ends at __heap_base, every access is checked in software, and nothing is read where the processor cannot
set(wamr_definitions
    BH_FREE=wasm_runtime_free
    BH_MALLOC=wasm_runtime_malloc
    WASM_CPU_SUPPORTS_UNALIGNED_ADDR_ACCESS=0
    WASM_DISABLE_HW_BOUND_CHECK=1
    WASM_DISABLE_STACK_HW_BOUND_CHECK=1
    WASM_ENABLE_BULK_MEMORY=1
    WASM_ENABLE_BULK_MEMORY_OPT=1
    WASM_ENABLE_FAST_INTERP=${WAMR_FAST}
    WASM_ENABLE_INTERP=1
    WASM_ENABLE_LABELS_AS_VALUES=1
    WASM_ENABLE_LOG=0
    WASM_ENABLE_SHRUNK_MEMORY=1)
set(wamr_include_directories
    ${CMAKE_CURRENT_LIST_DIR}
    ${WAMR_INCLUDES}
    ${WAMR_ROOT}/core/iwasm/common
    ${WAMR_ROOT}/core/iwasm/interpreter
    ${WAMR_ROOT}/core/shared/mem-alloc
    ${WAMR_ROOT}/core/shared/platform/include
    ${WAMR_ROOT}/core/shared/utils
    ${WAMR_ROOT}/core)
set_source_files_properties(${WAMR_SOURCES} PROPERTIES COMPILE_DEFINITIONS "${wamr_definitions}" INCLUDE_DIRECTORIES
                                                       "${wamr_include_directories}")
