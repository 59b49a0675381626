// Between processor and flash: the SSI with which firmware sends the flash commands, the pads that override its chip
// select, and the window at 0x10000000 through which code and constants are read (XIP). rp2040js reads that window from
// an array; the array is taken away while the flash cannot be read, and an access then is the error that would crash a
// board.

import { BasePeripheral } from "rp2040js";
import type { RP2040 } from "rp2040js";
import { FlashError } from "./nor-flash.js";
import type { NorFlash } from "./nor-flash.js";

const XIP_BLOCK = 0x10000;
const XIP_WINDOWS = 4;
const XIP_WINDOW_BLOCKS = 0x1000;
const XIP_CONTROL_BLOCK = 0x14000;
const SSI_BLOCK = 0x18000;
const IO_QSPI_BLOCK = 0x40018;
/** The peripherals of rp2040js are listed by their address / 4096, one for each 16 KiB. */
const BLOCK_STEP = 4;

const CTRLR0 = 0x00;
const SSIENR = 0x08;
const STATUS = 0x28;
const DATA_FIRST = 0x60;
const DATA_LAST = 0xec;
const SPI_CTRLR0 = 0xf4;
const TX_NOT_FULL_AND_EMPTY = 0b110;
const RX_NOT_EMPTY = 0b1000;

const SS_CTRL = 0x0c;
enum Override {
  None = 0,
  Low = 2,
  High = 3,
}

const XIP_FLUSH = 0x00;
const XIP_CTRL = 0x04;
const XIP_STAT = 0x08;
const XIP_FIFO_EMPTY = 2;
const XIP_ENABLED = 3;

const NOTHING = new Uint8Array(0);
const NOTHING_VIEW = new DataView(NOTHING.buffer);

/** Puts SSI, IO_QSPI and XIP into `rp2040`, with `flash` behind them. */
export function connectFlash(rp2040: RP2040, flash: NorFlash): void {
  const ssi = new Ssi(rp2040, flash);
  rp2040.peripherals[SSI_BLOCK] = ssi;
  rp2040.peripherals[IO_QSPI_BLOCK] = new IoQspi(rp2040, ssi);
  rp2040.peripherals[XIP_CONTROL_BLOCK] = new XipControl(rp2040, "XIP_CTRL");
  for (let window = 0; window < XIP_WINDOWS; window++) {
    const first = XIP_BLOCK + window * XIP_WINDOW_BLOCKS;
    // rp2040js masks the address to 16 KiB before it asks
    for (let block = 0; block < flash.bytes.length >>> 12; block += BLOCK_STEP)
      rp2040.peripherals[first + block] = new XipGuard(rp2040, ssi, block << 12);
  }
}

class Ssi extends BasePeripheral {
  readonly #registers = new Map<number, number>();
  readonly #view: DataView;
  #receiveFifo: number[] = [];
  #override = Override.None;
  #quadWords: number[] = [];
  #hidden = false;

  constructor(
    rp2040: RP2040,
    readonly flash: NorFlash,
  ) {
    super(rp2040, "SSI");
    this.#view = new DataView(flash.bytes.buffer);
    this.#hide();
  }

  override readUint32(offset: number): number {
    if (offset >= DATA_FIRST && offset <= DATA_LAST) return this.#receiveFifo.shift() ?? 0;
    if (offset === STATUS) {
      // Whoever asks waits for the end of the transfer: it ends here, and with it the SSI's own chip select
      if (this.#override === Override.None) this.flash.deselect();
      return TX_NOT_FULL_AND_EMPTY | (this.#receiveFifo.length > 0 ? RX_NOT_EMPTY : 0);
    }
    return this.#registers.get(offset) ?? 0;
  }

  override writeUint32(offset: number, value: number): void {
    if (offset >= DATA_FIRST && offset <= DATA_LAST) return this.#send(value);
    this.#registers.set(offset, value);
    if (offset !== SSIENR) return;
    if (value & 1) return;
    if (this.#override === Override.None) this.flash.deselect();
    this.#receiveFifo = [];
    this.#quadWords = [];
    this.#hide();
  }

  set chipSelect(override: Override) {
    this.#override = override;
    if (override === Override.Low) this.flash.select();
    else this.flash.deselect();
    if (override !== Override.None) this.#hide();
  }

  #send(value: number): void {
    this.#hide();
    if (this.#isQuad()) {
      // The second stage's dummy read: command, then address with mode bits, which say what comes next
      this.#quadWords.push(value);
      if (this.#quadWords.length !== 2) return;
      this.flash.continuousRead = (value & 0xf0) === 0xa0;
      this.#receiveFifo.push(0);
      return;
    }
    if (this.#override === Override.None && !this.flash.selected) this.flash.select();
    this.#receiveFifo.push(this.flash.exchange(value & 0xff));
  }

  /** Throws unless the flash can be read through XIP now; then lets rp2040js read the array itself. */
  show(address: number): void {
    const reason = this.#obstacle();
    if (reason) throw new FlashError(`flash is read at 0x${(0x10000000 + address).toString(16)} while ${reason}`);
    this.#hidden = false;
    Object.assign(this.rp2040, { flash: this.flash.bytes, flashView: this.#view });
  }

  #hide(): void {
    if (this.#hidden) return;
    this.#hidden = true;
    Object.assign(this.rp2040, { flash: NOTHING, flashView: NOTHING_VIEW });
  }

  #obstacle(): string | undefined {
    if (this.flash.busy) return "it is busy";
    if (this.#override !== Override.None) return "its chip select is overridden";
    if (!(this.#register(SSIENR) & 1)) return "the SSI is off";
    if (((this.#register(CTRLR0) >>> 8) & 3) !== 3) return "the SSI is set up for commands";
    const sendsCommand = ((this.#register(SPI_CTRLR0) >>> 8) & 3) !== 0;
    if (sendsCommand === this.flash.continuousRead) return "SSI and flash disagree on continuous reads";
    return undefined;
  }

  #isQuad(): boolean {
    return ((this.#register(CTRLR0) >>> 21) & 3) === 2;
  }

  #register(offset: number): number {
    return this.#registers.get(offset) ?? 0;
  }
}

class IoQspi extends BasePeripheral {
  readonly #registers = new Map<number, number>();

  constructor(
    rp2040: RP2040,
    readonly ssi: Ssi,
  ) {
    super(rp2040, "IO_QSPI");
  }

  override readUint32(offset: number): number {
    return this.#registers.get(offset) ?? 0;
  }

  override writeUint32(offset: number, value: number): void {
    this.#registers.set(offset, value);
    if (offset === SS_CTRL) this.ssi.chipSelect = (value >>> 8) & 3;
  }
}

class XipControl extends BasePeripheral {
  override readUint32(offset: number): number {
    if (offset === XIP_CTRL) return XIP_ENABLED;
    return offset === XIP_STAT ? XIP_FIFO_EMPTY : 0;
  }

  override writeUint32(offset: number, value: number): void {
    // Nothing is cached, nothing can be flushed
    if (offset !== XIP_FLUSH && offset !== XIP_CTRL) super.writeUint32(offset, value);
  }
}

/** Stands in one 16 KiB block of the XIP window while the array is hidden, and always for writes. */
class XipGuard extends BasePeripheral {
  constructor(
    rp2040: RP2040,
    readonly ssi: Ssi,
    readonly address: number,
  ) {
    super(rp2040, "XIP");
  }

  override readUint32(offset: number): number {
    const address = this.address + offset;
    this.ssi.show(address);
    return this.rp2040.flashView.getUint32(address, true);
  }

  override writeUint32Atomic(offset: number): void {
    throw new FlashError(`a write to read-only flash, near 0x${(0x10000000 + this.address + offset).toString(16)}`);
  }
}
