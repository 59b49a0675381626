// Registers of the chip that tell firmware what it runs on and why it was reset, where rp2040js has none or another
// revision's.

import { BasePeripheral } from "rp2040js";
import type { RP2040 } from "rp2040js";

/** watchdog: its counter ran out; software: the firmware triggered it. */
export type ResetReason = "power-on" | "watchdog" | "software";

const WATCHDOG_BLOCK = 0x40058;
const CHIP_ID = 0x00;
const PLATFORM = 0x04;
/** Manufacturer and part of the RP2040, revision B2: the one whose boot ROM is version 3. */
const CHIP_ID_B2 = 0x20002927;
const PLATFORM_ASIC = 2;
const CHIP_RESET = 0x08;
const HAD_POWER_ON = 1 << 8;

/** rp2040js' watchdog, which it does not export. `reason`: 1 counter, 2 forced. */
interface Watchdog {
  scratchData: Uint32Array;
  reason: number;
  onWatchdogTrigger: () => void;
  timer: { enable: boolean };
  alarm: { enable: boolean };
}

export function watchdogOf(rp2040: RP2040): Watchdog {
  return rp2040.peripherals[WATCHDOG_BLOCK] as unknown as Watchdog;
}

export class SystemInfo extends BasePeripheral {
  override readUint32(offset: number): number {
    if (offset === CHIP_ID) return CHIP_ID_B2;
    return offset === PLATFORM ? PLATFORM_ASIC : 0;
  }
}

/** VREG_AND_CHIP_RESET: the regulator takes any setting. */
export class ChipReset extends BasePeripheral {
  readonly #registers = new Map<number, number>();

  constructor(rp2040: RP2040, reason: ResetReason) {
    super(rp2040, "VREG_AND_CHIP_RESET");
    this.#registers.set(CHIP_RESET, reason === "power-on" ? HAD_POWER_ON : 0);
  }

  override readUint32(offset: number): number {
    return this.#registers.get(offset) ?? 0;
  }

  override writeUint32(offset: number, value: number): void {
    this.#registers.set(offset, value);
  }
}
