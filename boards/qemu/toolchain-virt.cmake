# Debian: gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf. The instruction set is that of an ESP32-C3.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR rv32imc)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_C_FLAGS_INIT "-march=rv32imc -misa-spec=2.2 -mabi=ilp32 --specs=/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
