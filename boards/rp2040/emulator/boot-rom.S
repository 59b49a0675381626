@ The emulated Pico's boot ROM: what a firmware built with the official SDK expects of the one in silicon (RP2040
@ datasheet 2.7, 2.8.3): the tables at fixed places, the functions found through them, the way from reset into flash.
@ Written for this emulator from the datasheet; it shares no code with the original. Floating point is absent.
@
@ assemble-boot-rom.ts makes boot-rom.ts of it. BKPT tells the emulator what silicon would show by other means.

        .syntax unified
        .cpu cortex-m0plus
        .thumb
        .text

        .equ XIP,               0x10000000
        .equ XIP_CTRL,          0x14000000
        .equ SSI,               0x18000000
        .equ SSI_CTRLR0,        0x00
        .equ SSI_CTRLR1,        0x04
        .equ SSI_SSIENR,        0x08
        .equ SSI_SER,           0x10
        .equ SSI_BAUDR,         0x14
        .equ SSI_SR,            0x28
        .equ SSI_DR0,           0x60
        .equ SSI_SPI_CTRLR0,    0xf4
        .equ IO_QSPI,           0x40018000
        .equ IO_QSPI_SS_CTRL,   0x0c
        .equ OUTOVER_LOW,       2
        .equ OUTOVER_HIGH,      3
        .equ WATCHDOG_SCRATCH4, 0x4005801c
        .equ WATCHDOG_MAGIC,    0xb007c0d3
        .equ BOOT2,             0x20041f00      @ second stage: 252 bytes and their CRC-32
        .equ BOOT2_BYTES,       252

        .equ CMD_WRITE_ENABLE,  0x06
        .equ CMD_READ_STATUS,   0x05
        .equ CMD_PROGRAM,       0x02
        .equ CMD_ERASE_SECTOR,  0x20
        .equ PAGE_BYTES,        256
        .equ SECTOR_BYTES,      4096

        .equ BREAK_BOOT_MODE,   0xb0
        .equ BREAK_MISSING,     0xf0
        .equ BREAK_FAULT,       0xff

@ ---- Fixed places

vectors:
        .word   BOOT2                           @ the stack grows down from the second stage
        .word   reset + 1
        .word   fault + 1                       @ NMI
        .word   fault + 1                       @ HardFault
        .byte   'M', 'u', 1, 3                  @ 0x10: magic, table format, version of the ROM (B2 silicon)
        .hword  functions
        .hword  data
        .hword  table_lookup + 1
        .balign 4

        .macro  function first, second, label
        .byte   \first, \second
        .hword  \label + 1
        .endm

functions:
        function 'M', 'S', memset
        function 'S', '4', memset4
        function 'M', 'C', memcpy
        function 'C', '4', memcpy44
        function 'P', '3', popcount32
        function 'R', '3', reverse32
        function 'L', '3', clz32
        function 'T', '3', ctz32
        function 'I', 'F', connect_internal_flash
        function 'E', 'X', flash_exit_xip
        function 'R', 'E', flash_range_erase
        function 'R', 'P', flash_range_program
        function 'F', 'C', flash_flush_cache
        function 'C', 'X', flash_enter_cmd_xip
        function 'U', 'B', reset_to_usb_boot
        .word   0

data:
        .byte   'S', 'F'
        .hword  no_float
        .byte   'S', 'D'
        .hword  no_float
        .word   0

@ void *table_lookup(uint16_t *table, uint32_t code)
table_lookup:
        mov     r2, r0
1:      ldrh    r0, [r2]
        cmp     r0, #0
        beq     2f
        adds    r2, #4
        cmp     r0, r1
        bne     1b
        subs    r2, #2
        ldrh    r0, [r2]
2:      bx      lr

@ ---- From reset into flash

reset:
        ldr     r0, =WATCHDOG_SCRATCH4          @ did the firmware ask for an entry point of its own?
        ldmia   r0!, {r1, r2, r3, r4}           @ magic, pc ^ -magic, sp, pc
        ldr     r5, =WATCHDOG_MAGIC
        cmp     r1, r5
        bne     boot_flash
        rsbs    r5, r5, #0
        eors    r5, r4
        cmp     r2, r5
        bne     boot_flash
        subs    r0, #16
        movs    r1, #0
        str     r1, [r0]                        @ once only
        msr     msp, r3
        bx      r4

boot_flash:
        bl      connect_internal_flash
        bl      flash_exit_xip
        bl      end_write                       @ a reset does not end what the flash is doing
        bl      flash_flush_cache               @ the chip select is the SSI's again
        bl      flash_enter_cmd_xip
        ldr     r0, =BOOT2
        ldr     r1, =XIP
        movs    r2, #BOOT2_BYTES
        adds    r2, #4
        bl      memcpy44

        ldr     r0, =BOOT2                      @ CRC-32, most significant bit first, no final inversion
        movs    r1, #BOOT2_BYTES
        ldr     r2, =0x04c11db7
        movs    r3, #0
        mvns    r3, r3
1:      ldrb    r4, [r0]
        adds    r0, #1
        lsls    r4, r4, #24
        eors    r3, r4
        movs    r5, #8
2:      lsls    r3, r3, #1
        bcc     3f
        eors    r3, r2
3:      subs    r5, #1
        bne     2b
        subs    r1, #1
        bne     1b
        ldr     r4, [r0]
        cmp     r3, r4
        bne     reset_to_usb_boot
        movs    r0, #0
        mov     lr, r0                          @ tells the second stage to go on to the image's vector table
        ldr     r0, =BOOT2 + 1
        bx      r0

reset_to_usb_boot:
        bkpt    #BREAK_BOOT_MODE
        b       reset_to_usb_boot
missing:
        bkpt    #BREAK_MISSING
        b       missing
fault:
        bkpt    #BREAK_FAULT
        b       fault

@ ---- Memory: all return the destination

@ uint8_t *memset(uint8_t *to, uint8_t value, uint32_t length); memset4: `to` is a multiple of 4
memset:
        push    {r0, r4, r5, lr}
        b       2f
1:      strb    r1, [r0]
        adds    r0, #1
        subs    r2, #1
2:      cmp     r2, #0
        beq     memset_end
        lsls    r3, r0, #30
        bne     1b
        b       memset_words
memset4:
        push    {r0, r4, r5, lr}
memset_words:
        uxtb    r1, r1
        lsls    r3, r1, #8
        orrs    r1, r3
        lsls    r3, r1, #16
        orrs    r1, r3
        mov     r3, r1
        mov     r4, r1
        mov     r5, r1
        subs    r2, #16
        bcc     2f
1:      stmia   r0!, {r1, r3, r4, r5}
        subs    r2, #16
        bcs     1b
2:      adds    r2, #12
        bcc     4f
3:      stmia   r0!, {r1}
        subs    r2, #4
        bcs     3b
4:      adds    r2, #4
        beq     memset_end
5:      strb    r1, [r0]
        adds    r0, #1
        subs    r2, #1
        bne     5b
memset_end:
        pop     {r0, r4, r5, pc}

@ uint8_t *memcpy(uint8_t *to, const uint8_t *from, uint32_t length); memcpy44: both are multiples of 4
memcpy:
        push    {r0, r4, r5, r6, lr}
        mov     r3, r0
        eors    r3, r1
        lsls    r3, r3, #30
        bne     memcpy_bytes                    @ never aligned together
        b       2f
1:      ldrb    r3, [r1]
        strb    r3, [r0]
        adds    r0, #1
        adds    r1, #1
        subs    r2, #1
2:      cmp     r2, #0
        beq     memcpy_end
        lsls    r3, r0, #30
        bne     1b
        b       memcpy_words
memcpy44:
        push    {r0, r4, r5, r6, lr}
memcpy_words:
        subs    r2, #16
        bcc     2f
1:      ldmia   r1!, {r3, r4, r5, r6}
        stmia   r0!, {r3, r4, r5, r6}
        subs    r2, #16
        bcs     1b
2:      adds    r2, #12
        bcc     4f
3:      ldmia   r1!, {r3}
        stmia   r0!, {r3}
        subs    r2, #4
        bcs     3b
4:      adds    r2, #4
memcpy_bytes:
        cmp     r2, #0
        beq     memcpy_end
5:      ldrb    r3, [r1]
        strb    r3, [r0]
        adds    r0, #1
        adds    r1, #1
        subs    r2, #1
        bne     5b
memcpy_end:
        pop     {r0, r4, r5, r6, pc}

@ ---- Bits

@ uint32_t popcount32(uint32_t)
popcount32:
        ldr     r1, =0x55555555
        lsrs    r2, r0, #1
        ands    r2, r1
        subs    r0, r0, r2                      @ sixteen sums of 2 bits
        ldr     r1, =0x33333333
        lsrs    r2, r0, #2
        ands    r2, r1
        ands    r0, r1
        adds    r0, r2
        lsrs    r2, r0, #4
        adds    r0, r2
        ldr     r1, =0x0f0f0f0f
        ands    r0, r1
        ldr     r1, =0x01010101
        muls    r0, r1
        lsrs    r0, r0, #24
        bx      lr

@ uint32_t clz32(uint32_t): 32 for 0
clz32:
        movs    r1, #32
        lsrs    r2, r0, #16
        beq     1f
        subs    r1, #16
        mov     r0, r2
1:      lsrs    r2, r0, #8
        beq     2f
        subs    r1, #8
        mov     r0, r2
2:      lsrs    r2, r0, #4
        beq     3f
        subs    r1, #4
        mov     r0, r2
3:      lsrs    r2, r0, #2
        beq     4f
        subs    r1, #2
        mov     r0, r2
4:      lsrs    r2, r0, #1
        beq     5f
        subs    r1, #1
        mov     r0, r2
5:      subs    r0, r1, r0                      @ the last bit counts if it is set
        bx      lr

@ uint32_t ctz32(uint32_t): 32 for 0
ctz32:
        push    {lr}
        cmp     r0, #0
        beq     1f
        rsbs    r1, r0, #0
        ands    r0, r1                          @ the lowest set bit alone
        bl      clz32
        movs    r1, #31
        subs    r0, r1, r0
        pop     {pc}
1:      movs    r0, #32
        pop     {pc}

@ uint32_t reverse32(uint32_t): bit 0 becomes bit 31
reverse32:
        ldr     r1, =0x55555555
        lsrs    r2, r0, #1
        ands    r2, r1
        ands    r0, r1
        lsls    r0, r0, #1
        orrs    r0, r2
        ldr     r1, =0x33333333
        lsrs    r2, r0, #2
        ands    r2, r1
        ands    r0, r1
        lsls    r0, r0, #2
        orrs    r0, r2
        ldr     r1, =0x0f0f0f0f
        lsrs    r2, r0, #4
        ands    r2, r1
        ands    r0, r1
        lsls    r0, r0, #4
        orrs    r0, r2
        rev     r0, r0
        bx      lr

@ ---- Flash

@ void connect_internal_flash(void): the six QSPI pins belong to the SSI, without overrides
connect_internal_flash:
        ldr     r0, =IO_QSPI + 4
        movs    r1, #0
        movs    r2, #6
1:      str     r1, [r0]
        adds    r0, #8
        subs    r2, #1
        bne     1b
        bx      lr

@ void flash_exit_xip(void): plain SPI commands from here on
flash_exit_xip:
        push    {r4, lr}
        ldr     r0, =SSI
        movs    r1, #0
        str     r1, [r0, #SSI_SSIENR]
        movs    r1, #6
        str     r1, [r0, #SSI_BAUDR]
        ldr     r1, =7 << 16                    @ frames of 8 bits, transmit and receive
        str     r1, [r0, #SSI_CTRLR0]
        movs    r1, #1
        str     r1, [r0, #SSI_SER]
        str     r1, [r0, #SSI_SSIENR]
        bl      select                          @ all ones end the flash's continuous read mode
        movs    r4, #4
1:      movs    r0, #0xff
        bl      exchange
        subs    r4, #1
        bne     1b
        bl      deselect
        pop     {r4, pc}

@ void flash_range_erase(uint32_t address, uint32_t length, uint32_t block_length, uint8_t block_command)
flash_range_erase:
        push    {r4, r5, r6, r7, lr}
        mov     r4, r0
        mov     r5, r1
        mov     r6, r2
        mov     r7, r3
1:      cmp     r5, #0
        beq     4f
        cmp     r5, r6
        bcc     2f                              @ less than a block remains
        subs    r0, r6, #1
        tst     r4, r0
        bne     2f                              @ not at a block's start
        mov     r0, r7
        mov     r1, r4
        adds    r4, r6
        subs    r5, r6
        b       3f
2:      movs    r0, #CMD_ERASE_SECTOR
        mov     r1, r4
        ldr     r2, =SECTOR_BYTES
        adds    r4, r2
        subs    r5, r2
        bcs     3f
        movs    r5, #0
3:      bl      begin_write
        bl      end_write
        b       1b
4:      pop     {r4, r5, r6, r7, pc}

@ void flash_range_program(uint32_t address, const uint8_t *data, uint32_t length)
flash_range_program:
        push    {r4, r5, r6, r7, lr}
        mov     r4, r0
        mov     r5, r1
        mov     r6, r2
1:      cmp     r6, #0
        beq     4f
        movs    r0, #CMD_PROGRAM
        mov     r1, r4
        bl      begin_write
        movs    r7, #PAGE_BYTES >> 1
        lsls    r7, r7, #1
        adds    r4, r7
2:      ldrb    r0, [r5]
        bl      exchange
        adds    r5, #1
        subs    r6, #1
        beq     3f
        subs    r7, #1
        bne     2b
3:      bl      end_write
        b       1b
4:      pop     {r4, r5, r6, r7, pc}

@ void flash_flush_cache(void): also ends the override of the chip select
flash_flush_cache:
        ldr     r0, =XIP_CTRL
        movs    r1, #1
        str     r1, [r0]
        ldr     r1, [r0]
        ldr     r0, =IO_QSPI
        movs    r1, #0
        str     r1, [r0, #IO_QSPI_SS_CTRL]
        bx      lr

@ void flash_enter_cmd_xip(void): each access through XIP is a 03h read
flash_enter_cmd_xip:
        ldr     r0, =SSI
        movs    r1, #0
        str     r1, [r0, #SSI_SSIENR]
        str     r1, [r0, #SSI_CTRLR1]
        ldr     r1, =31 << 16 | 3 << 8          @ frames of 32 bits, "EEPROM read"
        str     r1, [r0, #SSI_CTRLR0]
        ldr     r1, =0x03 << 24 | 2 << 8 | 6 << 2 @ command 03h, 8 bits of command, 24 of address
        adds    r0, #SSI_SPI_CTRLR0
        str     r1, [r0]
        subs    r0, #SSI_SPI_CTRLR0
        movs    r1, #1
        str     r1, [r0, #SSI_SSIENR]
        bx      lr

@ Begins a command r0 at address r1 that changes the flash; the chip select stays low. Uses r0–r3.
begin_write:
        push    {r4, r5, lr}
        mov     r4, r0
        mov     r5, r1
        bl      select
        movs    r0, #CMD_WRITE_ENABLE
        bl      exchange
        bl      deselect
        bl      select
        mov     r0, r4
        bl      exchange
        lsrs    r0, r5, #16
        bl      exchange
        lsrs    r0, r5, #8
        bl      exchange
        mov     r0, r5
        bl      exchange
        pop     {r4, r5, pc}

@ Raises the chip select, which starts the operation, and waits for its end. Uses r0–r3.
end_write:
        push    {r4, lr}
        bl      deselect
1:      bl      select
        movs    r0, #CMD_READ_STATUS
        bl      exchange
        bl      exchange
        mov     r4, r0
        bl      deselect
        lsrs    r4, r4, #1                      @ carry: busy
        bcs     1b
        pop     {r4, pc}

select:
        movs    r0, #OUTOVER_LOW
        b       1f
deselect:
        movs    r0, #OUTOVER_HIGH
1:      lsls    r0, r0, #8
        ldr     r3, =IO_QSPI
        str     r0, [r3, #IO_QSPI_SS_CTRL]
        bx      lr

@ The low byte of r0 to the flash, the flash's byte into r0. Uses r3.
exchange:
        uxtb    r0, r0
        ldr     r3, =SSI
        str     r0, [r3, #SSI_DR0]
1:      ldr     r0, [r3, #SSI_SR]
        lsrs    r0, r0, #4                      @ carry: the receive FIFO is not empty
        bcc     1b
        ldr     r0, [r3, #SSI_DR0]
        bx      lr

        .ltorg
        .balign 4
        .hword  0
        .hword  32                              @ the number of entries stands in front of the table
no_float:
        .rept   32
        .word   missing + 1
        .endr
