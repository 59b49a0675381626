# The Raspberry Pi Pico as a platform for Sesame (host/c/platform.h): the target sesame_rp2040, and sesame with it. For a
# program of one's own, in the same folder:
#
#   set(TINYUSB_OPT_OS OPT_OS_NONE)                           # before pico_sdk_init()
#   …
#   include(sesame/boards/rp2040/sesame_rp2040.cmake)         # after pico_sdk_init()
#   add_executable(firmware main.c)
#   target_link_libraries(firmware PRIVATE sesame_rp2040)
#
# In: what host/c/CMakeLists.txt reads, SESAME_USB_VERSION, x.y.z, which USB shows as xx.yz (by default Sesame's), and
# SESAME_STACK_BYTES, by default what the engine needs. examples/thermometer-pico is such a program.

# usb.c keeps TinyUSB's callers apart; each release of a mutex of TinyUSB's own would end the main loop's next sleep
if(NOT TINYUSB_OPT_OS STREQUAL OPT_OS_NONE)
  message(FATAL_ERROR "sesame_rp2040 uses TinyUSB without mutexes: set(TINYUSB_OPT_OS OPT_OS_NONE) before pico_sdk_init()")
endif()

if(NOT TARGET sesame)
  add_subdirectory(${CMAKE_CURRENT_LIST_DIR}/../../host/c ${CMAKE_BINARY_DIR}/sesame)
endif()
# DTR tells that a client has gone, and one whose computer sleeps comes back
target_compile_definitions(sesame PUBLIC CONNECTION_KEEPALIVE_MS=0)

# Stack, with a margin over what `info` has shown at its peak (README.md)
set(stack_bytes_wasm2c 6144)
set(stack_bytes_wasm3 32768)
set(stack_bytes_wamr 8192)
set(stack_bytes_wamr-fast 8192)
if(NOT SESAME_STACK_BYTES)
  set(SESAME_STACK_BYTES ${stack_bytes_${SESAME_ENGINE}})
endif()
# Sectors at the end of the flash: PLATFORM_SLOT_COUNT in host/c/platform.h
set(slot_sectors 2)

if(NOT SESAME_USB_VERSION)
  set(SESAME_USB_VERSION ${SESAME_EMBEDDED_VERSION})
endif()
string(REGEX REPLACE "^([0-9]+)\\.([0-9]+)\\.([0-9]+).*" "0x\\1\\2\\3" usb_release ${SESAME_USB_VERSION})

set(sesame_rp2040_sources
    commands.c
    console.c
    flash_slots.c
    memory_peaks.c
    platform_rp2040.c
    rosc.c
    usb.c
    usb_descriptors.c
    watchdog.c)
list(TRANSFORM sesame_rp2040_sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
set_source_files_properties(${sesame_rp2040_sources} PROPERTIES COMPILE_OPTIONS "${SESAME_COMPILE_OPTIONS}")

# As the SDK's own libraries, its sources become part of each program: what they are made for depends on the program
add_library(sesame_rp2040 INTERFACE)
target_sources(sesame_rp2040 INTERFACE ${sesame_rp2040_sources})
target_include_directories(sesame_rp2040 INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_compile_definitions(
  sesame_rp2040
  INTERFACE SESAME_USB_RELEASE=${usb_release}
            PICO_NO_BI_PROGRAM_BUILD_DATE=1 # the same sources make the same file
            PICO_FLASH_ASSUME_CORE1_SAFE=1 # the second core is never started
            PICO_HEAP_SIZE=0 # all RAM that is left is the heap's: nothing is set aside
            PICO_STACK_SIZE=0 # nor for the stack: memory.ld
            PICO_MALLOC_PANIC=0) # running out of memory ends a session, not the device
target_link_libraries(
  sesame_rp2040
  INTERFACE sesame
            hardware_adc
            hardware_clocks
            hardware_flash
            hardware_gpio
            hardware_i2c
            hardware_irq
            hardware_uart
            hardware_watchdog
            pico_bootrom
            pico_flash
            pico_runtime
            pico_time
            pico_unique_id
            tinyusb_device)
# newlib-nano: its malloc takes what is asked for, where newlib's takes whole pages and 1 kB for itself
target_link_options(
  sesame_rp2040 INTERFACE --specs=nano.specs LINKER:--defsym=SESAME_STACK_BYTES=${SESAME_STACK_BYTES}
  LINKER:--defsym=SESAME_SLOT_SECTORS=${slot_sectors} ${CMAKE_CURRENT_LIST_DIR}/memory.ld)
set_property(TARGET sesame_rp2040 PROPERTY INTERFACE_LINK_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/memory.ld)
