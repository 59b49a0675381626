# The C host as a list of files and flags, for the build file of any board; CMakeLists.txt makes a library of it. Sets
# variables and properties of source files only; a board adds them to a target of its own:
#
#   set(SESAME_GENERATED ${CMAKE_BINARY_DIR}/…)     # the folder that `sesame embed` has filled
#   include(../../host/c/sesame.cmake)
#   add_executable(firmware main.c platform_board.c ${SESAME_SOURCES})
#   target_include_directories(firmware PRIVATE ${SESAME_INCLUDES})
#   target_compile_definitions(firmware PRIVATE ${SESAME_DEFINITIONS})
#   target_link_libraries(firmware PRIVATE ${SESAME_LIBRARIES})
#   set_source_files_properties(main.c platform_board.c PROPERTIES COMPILE_OPTIONS "${SESAME_COMPILE_OPTIONS}")
#
# SESAME_ENGINE is wasm2c, wasm3, wamr (classic interpreter) or wamr-fast, by default the one that the folder was made for.
# SESAME_WERROR makes the warnings in Sesame's own files errors.
# SESAME_OPTIMIZE is the host's own optimization, -Os when not set. Code that comes from modules, and an interpreter's, is
# built at -O2: with -Os the accessors of wasm2c's code are not inlined, which costs a factor of 2 to 6.
# WASM3_ROOT and WAMR_ROOT are the sources of those engines: wasm3's folder `source`, and WAMR's folder with `core`.

if(NOT SESAME_GENERATED AND DEFINED ENV{SESAME_GENERATED})
  set(SESAME_GENERATED $ENV{SESAME_GENERATED})
elseif(NOT SESAME_GENERATED)
  get_filename_component(SESAME_GENERATED ${CMAKE_CURRENT_LIST_DIR}/../../generated ABSOLUTE) # sesame embed --sources
endif()
if(NOT EXISTS "${SESAME_GENERATED}/embedded.cmake")
  message(FATAL_ERROR "There are no modules and credentials in SESAME_GENERATED (${SESAME_GENERATED}). Make them with
    npx -p sesame-ssh sesame embed --user NAME --authorized-key FILE.pub --output FOLDER
and set SESAME_GENERATED, a variable of CMake or of the environment, to FOLDER/generated.")
endif()
include(${SESAME_GENERATED}/embedded.cmake)
if(NOT SESAME_ENGINE)
  set(SESAME_ENGINE ${SESAME_EMBEDDED_ENGINE})
endif()
string(REPLACE "-fast" "" sesame_engine_kind ${SESAME_ENGINE})
if(NOT SESAME_ENGINE MATCHES "^(wasm2c|wasm3|wamr|wamr-fast)$")
  message(FATAL_ERROR "SESAME_ENGINE is wasm2c, wasm3, wamr or wamr-fast, not “${SESAME_ENGINE}”")
elseif(NOT SESAME_EMBEDDED_ENGINE MATCHES "^${sesame_engine_kind}")
  message(FATAL_ERROR "SESAME_ENGINE is ${SESAME_ENGINE}, and the modules in ${SESAME_GENERATED} are for ${SESAME_EMBEDDED_ENGINE}: "
                      "make them anew with `sesame embed --engine ${SESAME_ENGINE}`")
endif()

if(NOT DEFINED SESAME_OPTIMIZE)
  set(SESAME_OPTIMIZE -Os)
endif()

set(SESAME_COMPILE_OPTIONS -std=c11 -Wall -Wextra ${SESAME_OPTIMIZE})
if(SESAME_WERROR)
  list(APPEND SESAME_COMPILE_OPTIONS -Werror)
endif()
set(SESAME_INCLUDES ${CMAKE_CURRENT_LIST_DIR} ${SESAME_GENERATED})
set(SESAME_DEFINITIONS)
set(SESAME_LIBRARIES)

set(sesame_own
    engine/${sesame_engine_kind}.c
    applications/bridge.c
    applications/channel.c
    applications/command.c
    applications/commands.c
    applications/commands/credentials.c
    applications/commands/facts.c
    applications/commands/hardware.c
    applications/commands/people.c
    applications/commands/session.c
    applications/line_reader.c
    applications/output.c
    applications/shell.c
    modules/channels.c
    modules/lines.c
    modules/module.c
    modules/transport.c
    modules/userauth.c
    server/authentication.c
    server/connection.c
    server/connection_end.c
    server/connection_log.c
    server/device.c
    server/ending.c
    server/entropy.c
    server/log.c
    server/log_ring.c
    server/permissions.c
    server/admission.c
    server/session.c
    server/time_limits.c
    store/base64.c
    store/credentials.c
    store/store.c)
list(TRANSFORM sesame_own PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
list(APPEND sesame_own ${SESAME_GENERATED}/embedded.c)

# What others have written or generated: its warnings are not ours to heed.
set(sesame_foreign)
set(sesame_foreign_options -std=gnu11 -O2 -w)

if(SESAME_ENGINE STREQUAL wasm2c)
  list(APPEND sesame_own ${CMAKE_CURRENT_LIST_DIR}/engine/wasm2c/multiply.c)
  # generated from assembly/abi/builds.ts: cmake-modules
set(sesame_modules transport userauth connection shell)
  # end of generated
  foreach(module ${sesame_modules})
    list(APPEND sesame_foreign ${SESAME_GENERATED}/wasm2c_${module}.c)
  endforeach()
elseif(SESAME_ENGINE STREQUAL wasm3)
  if(NOT EXISTS "${WASM3_ROOT}/wasm3.h")
    message(FATAL_ERROR "WASM3_ROOT (${WASM3_ROOT}) has no wasm3.h: set it to the folder `source` of wasm3, 0.5 or 0.9")
  endif()
  foreach(file bind code compile core env exec function info module parse)
    list(APPEND sesame_foreign ${WASM3_ROOT}/m3_${file}.c)
  endforeach()
  # wasm3 0.9 validates modules, at 18 kB of flash
  if(EXISTS ${WASM3_ROOT}/m3_validate.c)
    list(APPEND sesame_foreign ${WASM3_ROOT}/m3_validate.c)
  endif()
  list(APPEND SESAME_INCLUDES ${WASM3_ROOT})
  # No floating point, no texts but the names of errors, code in pages of 1 KiB
  list(APPEND SESAME_DEFINITIONS d_m3HasFloat=0 d_m3VerboseErrorMessages=0 d_m3MaxFunctionStackHeight=256
       d_m3CodePageAlignSize=1024)
  # wasm3 computes with unaligned and null pointers; AddressSanitizer may still watch it
  list(APPEND sesame_foreign_options -DNDEBUG -fno-sanitize=undefined)
else()
  # ESP-IDF has WAMR as a component, which brings its own paths
  if(NOT ESP_PLATFORM)
    include(${CMAKE_CURRENT_LIST_DIR}/engine/wamr/wamr.cmake)
    list(APPEND SESAME_INCLUDES ${WAMR_INCLUDES})
    list(APPEND SESAME_DEFINITIONS WASM_ENABLE_FAST_INTERP=${WAMR_FAST})
    list(APPEND SESAME_LIBRARIES m)
    list(APPEND sesame_foreign ${WAMR_SOURCES})
  endif()
endif()

set(SESAME_SOURCES ${sesame_own} ${sesame_foreign})

# ESP-IDF first reads a component's file in CMake's script mode, which knows no properties
if(NOT CMAKE_BUILD_EARLY_EXPANSION)
  set_source_files_properties(${sesame_own} PROPERTIES COMPILE_OPTIONS "${SESAME_COMPILE_OPTIONS}")
  set_source_files_properties(${sesame_foreign} PROPERTIES COMPILE_OPTIONS "${sesame_foreign_options}")
endif()
