// The emulated Raspberry Pi Pico: rp2040js' processor and peripherals with our boot ROM, flash, oscillator and USB, and
// a cable to a host. It runs the .bin that is flashed on a board. Simulated time depends on the program alone; `run`
// and `runUntil` let it pass as fast as the machine can, `start` lets it pass no faster than real time and shares the
// thread with sockets.

import { EventEmitter } from "node:events";
import { GPIOPinState, RP2040 } from "rp2040js";
import { BOOT_ROM } from "./boot-rom.js";
import { ChipReset, SystemInfo, watchdogOf } from "./chip.js";
import type { ResetReason } from "./chip.js";
import { CLOCK_HZ, CYCLES_PER_MS, CycleClock } from "./clock.js";
import { entropyBits, RingOscillator } from "./entropy.js";
import { NorFlash, SECTOR_BYTES } from "./nor-flash.js";
import { Pacer } from "./pacer.js";
import { connectFlash } from "./qspi.js";
import { feedUart } from "./uart.js";
import { UsbDeviceController } from "./usb-device-controller.js";
import { UsbHost } from "./usb-host.js";

const LED_PIN = 25;
const SYSINFO_BLOCK = 0x40000;
const ROSC_BLOCK = 0x40060;
const VREG_AND_CHIP_RESET_BLOCK = 0x40064;
const USB_BLOCK = 0x50110;
/** How long the run loop goes on without looking at `runUntil`'s condition or at the event loop. */
const SLICE_CYCLES = CYCLES_PER_MS;

/** What boot-rom.S says with BKPT. */
const BREAK_BOOT_MODE = 0xb0;
const BREAK_MISSING = 0xf0;
const BOOT_ROM_END = 0x4000;

/**
 * The firmware did what no board could do: an access outside all memory, an unaligned one, an instruction that does not
 * exist.
 */
export class FirmwareError extends Error {}

/**
 * running; "boot mode": waiting for an image, as after `bootsel`; halted: at a breakpoint, until the watchdog bites.
 */
export type PicoState = "running" | "boot mode" | "halted";

export interface PicoOptions {
  /** The .bin; written over the start of `flash`. */
  firmware?: Uint8Array;
  /** What the flash holds, from address 0; erased without. */
  flash?: Uint8Array;
  /** The oscillator's successive random bits; the operating system's without. */
  entropy?: () => number;
  /** What rp2040js and the emulator have to say about what happens. */
  log?: (line: string) => void;
}

export interface PicoEvents {
  led: [on: boolean];
  /** A byte that UART0 sent. */
  uart: [byte: number];
  reset: [reason: ResetReason];
  "boot mode": [];
  halted: [address: number];
  error: [error: Error];
}

export class Pico extends EventEmitter<PicoEvents> {
  readonly flash: NorFlash;
  readonly usb = new UsbHost();
  /** Every reset since power-on, oldest first. */
  readonly resets: { reason: ResetReason; cycle: number }[] = [];
  /** Everything UART0 has sent since power-on. */
  uartOutput = "";
  state: PicoState = "running";
  readonly #entropy: () => number;
  readonly #log: (line: string) => void;
  readonly #pacer = new Pacer(() => this.#slice(true));
  #rp2040!: RP2040;
  #clock!: CycleClock;
  #resetBy: ResetReason | undefined;

  constructor({ firmware, flash, entropy, log }: PicoOptions = {}) {
    super();
    this.#entropy = entropy ?? entropyBits("good");
    this.#log = log ?? (() => {});
    this.flash = new NorFlash(withFirmware(flash, firmware));
    this.flash.now = () => this.cycles;
    this.usb.beforePoke = () => this.#wake();
    this.#powerOn();
  }

  /** Processor cycles since the object was made, across resets: 125 million a simulated second. */
  get cycles(): number {
    return this.#clock.cycles;
  }

  get seconds(): number {
    return this.cycles / CLOCK_HZ;
  }

  get led(): boolean {
    return this.#rp2040.gpio[LED_PIN]!.value === GPIOPinState.High;
  }

  /** rp2040js' chip, for a test that looks inside. A reset replaces it. */
  get rp2040(): RP2040 {
    return this.#rp2040;
  }

  /** Sends bytes to UART0's receiver at the baud rate that the firmware has set. */
  uartSend(bytes: Uint8Array): void {
    this.#wake();
    feedUart(this.#rp2040.uart[0]!, this.#clock, bytes);
  }

  /**
   * Power off and on: memory and the watchdog's scratch registers are lost, the flash keeps what has been written. What
   * a cut in the middle of an operation leaves is `flash.imageAt`, for a new Pico.
   */
  powerCycle(): void {
    this.#powerOn();
  }

  /** Runs for a number of cycles, fewer if the state changes to "boot mode". */
  run(cycles: number): void {
    const end = this.cycles + cycles;
    this.runUntil(() => this.cycles >= end, cycles);
  }

  /** Runs until the condition holds. False if it does not within `maxCycles`, or the device enters boot mode. */
  runUntil(condition: () => boolean, maxCycles = 60 * CLOCK_HZ): boolean {
    const end = this.cycles + maxCycles;
    while (!condition()) {
      if (this.cycles >= end || this.state === "boot mode") return false;
      this.#slice(false, end);
    }
    return true;
  }

  /** Runs on the event loop until `stop`, the end in boot mode, or an "error" event. */
  start(): void {
    this.#pacer.start(this.cycles);
  }

  stop(): void {
    this.#pacer.stop();
  }

  // ---- The run loop

  /** A millisecond of computing, or a sleep. Returns how long the host may sleep, in milliseconds. */
  #slice(paced: boolean, end = Infinity): number {
    let sleepMs = 0;
    try {
      sleepMs = this.#advance(paced, Math.min(end, this.cycles + SLICE_CYCLES));
    } catch (error) {
      const where = `at 0x${(this.#rp2040.core.PC >>> 0).toString(16)}, cycle ${this.cycles}`;
      const located = new FirmwareError(`${(error as Error).message}, ${where}`, { cause: error });
      if (!paced) throw located;
      this.stop();
      this.emit("error", located);
    }
    if (this.#resetBy) this.#reset(this.#resetBy);
    if (this.state === "boot mode") this.stop();
    return sleepMs;
  }

  #advance(paced: boolean, end: number): number {
    const clock = this.#clock;
    const { core } = this.#rp2040;
    clock.stopAt = end;
    while (core.cycles < end && !this.#resetBy && this.state !== "boot mode") {
      if (this.state === "halted" || (core.waiting && !this.#wakes())) {
        const next = Math.max(core.cycles, paced ? clock.alarmAt : clock.nextAt);
        const early = paced ? this.#pacer.earlyBy(next, core.cycles) : 0;
        if (early > 0) return early;
        core.cycles = next;
      } else {
        core.waiting = false;
        // an instruction may put the processor to sleep, or bring an alarm forward
        do core.executeInstruction();
        while (core.cycles < clock.nextAt && !isWaiting(core));
      }
      clock.fire();
    }
    return 0;
  }

  /** WFE and WFI end with any enabled interrupt that is pending, even one that PRIMASK keeps from being taken. */
  #wakes(): boolean {
    const { core } = this.#rp2040;
    return (core.pendingInterrupts & core.enabledInterrupts) !== 0 || core.pendingSystick || core.pendingPendSV;
  }

  /** Something comes from outside: time has gone on while the processor slept. */
  #wake(): void {
    const asleep = this.#rp2040.core.waiting || this.state === "halted";
    if (asleep && this.#pacer.running)
      this.#rp2040.core.cycles = Math.min(this.#clock.alarmAt, this.#pacer.cyclesNow(this.cycles));
    this.#pacer.wake();
  }

  // ---- Resets

  #powerOn(): void {
    this.resets.length = 0;
    this.uartOutput = "";
    this.flash.powerOn();
    this.#build("power-on");
  }

  #reset(reason: ResetReason): void {
    this.resets.push({ reason, cycle: this.cycles });
    this.#log(`reset: ${reason}`);
    const { scratchData } = watchdogOf(this.#rp2040);
    const { sram } = this.#rp2040;
    this.#build(reason);
    watchdogOf(this.#rp2040).scratchData.set(scratchData);
    this.#rp2040.sram.set(sram);
    this.emit("reset", reason);
  }

  /** A chip that comes out of reset. */
  #build(reason: ResetReason): void {
    this.#resetBy = undefined;
    this.state = "running";
    const clock = new CycleClock((this.#clock as CycleClock | undefined)?.cycles ?? 0);
    const rp2040 = new RP2040(clock);
    this.#clock = clock;
    this.#rp2040 = rp2040;
    rp2040.logger = {
      debug: () => {},
      // rp2040js does nothing on SEV; silicon sets the event register, also the sender's own
      info: (_, message) => (rp2040.core.eventRegistered ||= message === "SEV"),
      warn: (component, message) => this.#warn(component, message),
      error: (component, message) => {
        throw new FirmwareError(`${component}: ${message}`);
      },
    };
    rp2040.setInterrupt = (irq, value) => setInterrupt(rp2040, irq, value);
    rp2040.onBreak = (code) => this.#break(code);
    rp2040.peripherals[SYSINFO_BLOCK] = new SystemInfo(rp2040, "SYSINFO");
    rp2040.peripherals[ROSC_BLOCK] = new RingOscillator(rp2040, this.#entropy);
    rp2040.peripherals[VREG_AND_CHIP_RESET_BLOCK] = new ChipReset(rp2040, reason);
    connectFlash(rp2040, this.flash);
    this.#connectUsb(rp2040, clock);
    const watchdog = watchdogOf(rp2040);
    watchdog.reason = reason === "watchdog" ? 1 : reason === "software" ? 2 : 0;
    watchdog.onWatchdogTrigger = () => {
      // Its alarm would be due again at once, for ever
      watchdog.timer.enable = false;
      watchdog.alarm.enable = false;
      this.#resetBy = watchdog.reason === 1 ? "watchdog" : "software";
      rp2040.core.waiting = true;
    };
    let led = false;
    rp2040.gpio[LED_PIN]!.addListener(() => {
      if (this.led !== led) this.emit("led", (led = this.led));
    });
    rp2040.uart[0]!.onByte = (byte) => {
      this.uartOutput += String.fromCharCode(byte);
      this.emit("uart", byte);
    };
    new Uint8Array(rp2040.bootrom.buffer).set(BOOT_ROM);
    rp2040.core.reset();
    rp2040.core.cycles = clock.epoch;
    clock.counter = rp2040.core;
  }

  #connectUsb(rp2040: RP2040, clock: CycleClock): void {
    const controller = new UsbDeviceController(rp2040, clock);
    rp2040.peripherals[USB_BLOCK] = controller;
    Object.assign(rp2040, { usbCtrl: controller });
    this.usb.connect(clock, controller);
  }

  #break(code: number): void {
    const { core } = this.#rp2040;
    const address = core.PC - core.breakRewind;
    if (address < BOOT_ROM_END && code === BREAK_MISSING)
      throw new FirmwareError("a ROM function that the emulator lacks is called");
    core.waiting = true;
    if (address < BOOT_ROM_END && code === BREAK_BOOT_MODE) {
      this.state = "boot mode";
      this.emit("boot mode");
    } else {
      this.state = "halted";
      this.#log(`halted at a breakpoint, 0x${address.toString(16)}`);
      this.emit("halted", address);
    }
  }

  #warn(component: string, message: string): void {
    if (component === "RP2040" || component === "CortexM0Core") throw new FirmwareError(message);
    this.#log(`${component}: ${message}`);
  }
}

// Behind a function, as the type checker takes the property for constant
function isWaiting(core: RP2040["core"]): boolean {
  return core.waiting;
}

/**
 * As the core's own, but a waiting core is left to the run loop: rp2040js would take the interrupt in spite of PRIMASK.
 */
function setInterrupt({ core }: RP2040, irq: number, value: boolean): void {
  if (value) {
    core.pendingInterrupts |= 1 << irq;
    core.interruptsUpdated = true;
  } else core.pendingInterrupts &= ~(1 << irq);
}

/** The image with the firmware in place of the sectors it covers, as writing a UF2 leaves it. */
function withFirmware(flash: Uint8Array | undefined, firmware: Uint8Array | undefined): Uint8Array | undefined {
  if (!firmware) return flash;
  const covered = Math.ceil(firmware.length / SECTOR_BYTES) * SECTOR_BYTES;
  const image = new Uint8Array(Math.max(flash?.length ?? 0, covered)).fill(0xff);
  if (flash) image.set(flash);
  image.fill(0xff, 0, covered);
  image.set(firmware);
  return image;
}
