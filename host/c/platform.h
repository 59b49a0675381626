// What a board gives to the host. Each board implements these functions in boards/<board>/platform_<board>.c, and
// nothing else of the host knows on which board it runs. No function blocks, but for `platform_entropy` and the slots.

#ifndef SESAME_PLATFORM_H
#define SESAME_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The device; each board defines its content. */
typedef struct platform platform_t;
/** The byte stream of one client; each board defines its content. */
typedef struct platform_stream platform_stream_t;

typedef enum platform_status {
  PLATFORM_OK = 0,
  /** The source of entropy did not pass its health test: no key may be made, no connection opened. */
  PLATFORM_NO_ENTROPY,
  /** The store could not be read or written. */
  PLATFORM_STORE_ERROR,
} platform_status_t;

/** What the LED shows. */
typedef enum platform_light {
  PLATFORM_LIGHT_OFF,
  PLATFORM_LIGHT_ON,
  /** Blinks fast: the device refuses to work; the console says why. */
  PLATFORM_LIGHT_FAULT,
} platform_light_t;

/** Takes up to `capacity` bytes that have arrived; returns how many, 0 when there are none now. */
size_t platform_receive(platform_stream_t *stream, uint8_t *bytes, size_t capacity);
/** Sends up to `length` bytes; returns how many were taken, 0 when none can be now. */
size_t platform_send(platform_stream_t *stream, const uint8_t *bytes, size_t length);
/** False when the client has gone; what it has sent before may still be received. */
bool platform_connected(platform_stream_t *stream);
/** Sends what was taken and ends the stream; over TCP with what still arrives read and dropped for a while, lest a
 * reset overtake the last bytes. The stream is not used afterwards. */
void platform_close(platform_stream_t *stream);

/** An address as text, and its end. */
#define PLATFORM_ADDRESS_BYTES 46
/** Writes where the client is: "192.0.2.1", "2001:db8::1"; "" where a stream has no address, as over USB. */
void platform_address(const platform_stream_t *stream, char address[PLATFORM_ADDRESS_BYTES]);
/** Whether two clients come from one source, as far as that can be told by addresses. */
bool platform_same_source(const platform_stream_t *one, const platform_stream_t *other);

/** Writes raw noise that has passed the health test; the transport module hashes it. Its bytes may have as little as
 * one bit of entropy each. */
platform_status_t platform_entropy(platform_t *platform, uint8_t *bytes, size_t length);

/** Time since some moment of the past: never goes back, whatever becomes of the date. */
uint64_t platform_milliseconds(platform_t *platform);
/** Cycles (or, where the board counts those, instructions) since the start; what `info` and the benchmark report. */
uint64_t platform_cycles(platform_t *platform);
/** Called before every call into a module: it ends within `longest_ms`, and the watchdog must be kept quiet so long and
 * no longer. 0: it has ended. */
void platform_computing(platform_t *platform, uint32_t longest_ms);

/** The store has two slots of this size, each of which can be replaced on its own (store.c). */
#define PLATFORM_SLOT_COUNT 2
#define PLATFORM_SLOT_BYTES 2304

/** Reads `length` bytes from `offset` on, all of them within the slot. One that was never written reads as anything. */
platform_status_t platform_slot_read(platform_t *platform, unsigned slot, size_t offset, uint8_t *bytes, size_t length);
/** Replaces the slot's content by `PLATFORM_SLOT_BYTES`. Whatever a power cut leaves there may be read later. */
platform_status_t platform_slot_write(platform_t *platform, unsigned slot, const uint8_t *bytes);

/** Writes one line to the console, without its end. */
void platform_log(platform_t *platform, const char *line);
void platform_light(platform_t *platform, platform_light_t light);

typedef enum platform_serial_status {
  PLATFORM_SERIAL_OPEN = 0,
  /** The board has no serial port. */
  PLATFORM_SERIAL_NONE,
  /** It has one, but not of that speed. */
  PLATFORM_SERIAL_NO_SPEED,
  /** It cannot be opened: unplugged, for example. */
  PLATFORM_SERIAL_GONE,
} platform_serial_status_t;

/** The serial port that a session can be bridged to. */
platform_serial_status_t platform_serial_open(platform_t *platform, uint32_t baud);
size_t platform_serial_receive(platform_t *platform, uint8_t *bytes, size_t capacity);
size_t platform_serial_send(platform_t *platform, const uint8_t *bytes, size_t length);
/** False when the port, while it is open, has gone: unplugged, for example. What has arrived before was received. */
bool platform_serial_connected(platform_t *platform);
/** Gives the port back to the console. */
void platform_serial_close(platform_t *platform);

typedef enum platform_restart { PLATFORM_REBOOT, PLATFORM_BOOTLOADER } platform_restart_t;

/** Restarts soon, when what was sent has left. False when the board cannot. */
bool platform_restart(platform_t *platform, platform_restart_t restart);

/** Heap and stack in bytes: most that was in use since the start, and how much there is; 0 where the board does not
 * know. */
typedef struct platform_memory {
  uint32_t heap_peak, heap_bytes;
  uint32_t stack_peak, stack_bytes;
} platform_memory_t;

platform_memory_t platform_memory(platform_t *platform);

/** The board's name, for `info`: "Raspberry Pi Pico (RP2040, 125 MHz)". */
extern const char platform_name[];

#endif
