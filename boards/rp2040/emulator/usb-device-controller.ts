// The RP2040's USB controller in device mode (datasheet 4.1), as TinyUSB drives it: buffers and their control words in
// the DPRAM, status and interrupts in registers. Unlike rp2040js's own it keeps a buffer until a host has really taken
// or filled it, which is what makes flow control in both directions work. The other end of the cable is usb-host.ts.

import { BasePeripheral } from "rp2040js";
import type { RP2040 } from "rp2040js";
import { CYCLES_PER_MS } from "./clock.js";
import type { CycleClock } from "./clock.js";

// Registers
const ADDR_ENDP = 0x00;
const MAIN_CTRL = 0x40;
const SOF_RD = 0x48;
const SIE_CTRL = 0x4c;
const SIE_STATUS = 0x50;
const BUFF_STATUS = 0x58;
const EP_ABORT = 0x60;
const EP_ABORT_DONE = 0x64;
const EP_STALL_ARM = 0x68;
const USB_MUXING = 0x74;
const USB_PWR = 0x78;
const INTR = 0x8c;
const INTE = 0x90;
const INTF = 0x94;
const INTS = 0x98;

const PULLUP_EN = 1 << 16;
const EP0_INT_1BUF = 1 << 29;
const STATUS_BUS_RESET = 1 << 19;
const STATUS_SETUP_REC = 1 << 17;
const STATUS_CONNECTED = 1 << 16;
const STATUS_LINE_J = 1 << 2;
const STATUS_VBUS = 1;
const INT_BUFF_STATUS = 1 << 4;
const INT_BUS_RESET = 1 << 12;
const INT_SETUP_REQ = 1 << 16;
const INT_DEV_SOF = 1 << 17;
const IRQ_USBCTRL = 5;

// DPRAM: set-up packet at 0, two control words for each endpoint above 0 (IN, OUT), two buffer control words for each
const BUFFER_CONTROL = 0x80;
const BUFFER_CONTROL_END = 0x100;
const EP0_BUFFER = 0x100;
const BUFFER_BYTES = 64;
const EP_ENABLE = 1 << 31;
const EP_DOUBLE_BUFFERED = 1 << 30;
const EP_INTERRUPT_PER_BUFFER = 1 << 29;
const EP_INTERRUPT_PER_TWO_BUFFERS = 1 << 28;
const EP_BUFFER_OFFSET = 0xffc0;
const BUF_LENGTH = 0x3ff;
const BUF_AVAILABLE = 1 << 10;
const BUF_STALL = 1 << 11;
const BUF_RESET_SELECT = 1 << 12;
const BUF_DATA1 = 1 << 13;
const BUF_FULL = 1 << 15;

export type Handshake = "ack" | "nak" | "stall";

/** What the controller tells the other end of the cable. */
export interface Cable {
  /** The device shows itself (pull-up on) or disappears. */
  attached(present: boolean): void;
  /** The firmware gave a buffer to the controller: a transfer that was refused may be possible now. */
  armed(): void;
}

export class UsbDeviceController extends BasePeripheral {
  cable: Cable | undefined;
  #address = 0;
  #mainControl = 0;
  #sieControl = 0;
  #sieStatus = STATUS_VBUS;
  #bufferStatus = 0;
  #abort = 0;
  #stallArm = 0;
  #muxing = 0;
  #power = 0;
  #interruptEnable = 0;
  #interruptForce = 0;
  #startOfFrame = false;
  readonly #frameAlarm;
  /** For each double-buffered endpoint and direction: the second buffer is next. */
  readonly #second = new Array<boolean>(32).fill(false);

  constructor(
    rp2040: RP2040,
    readonly clock: CycleClock,
  ) {
    super(rp2040, "USB");
    this.#frameAlarm = clock.createAlarm(() => {
      this.#startOfFrame = true;
      this.#updateInterrupt();
      this.#scheduleFrame();
    });
  }

  override readUint32(offset: number): number {
    switch (offset) {
      case ADDR_ENDP:
        return this.#address;
      case MAIN_CTRL:
        return this.#mainControl;
      case SOF_RD:
        this.#startOfFrame = false;
        this.#updateInterrupt();
        return Math.floor(this.clock.cycles / CYCLES_PER_MS) & 0x7ff;
      case SIE_CTRL:
        return this.#sieControl;
      case SIE_STATUS:
        return this.#sieStatus;
      case BUFF_STATUS:
        return this.#bufferStatus;
      case EP_ABORT:
      case EP_ABORT_DONE:
        // Nothing is ever in the middle of a transfer here: an abort is done at once
        return this.#abort;
      case EP_STALL_ARM:
        return this.#stallArm;
      case USB_MUXING:
        return this.#muxing;
      case USB_PWR:
        return this.#power;
      case INTR:
        return this.#raw();
      case INTE:
        return this.#interruptEnable;
      case INTF:
        return this.#interruptForce;
      case INTS:
        return (this.#raw() & this.#interruptEnable) | this.#interruptForce;
      default:
        return super.readUint32(offset);
    }
  }

  override writeUint32(offset: number, value: number): void {
    switch (offset) {
      case ADDR_ENDP:
        this.#address = value & 0x7f;
        break;
      case MAIN_CTRL:
        this.#mainControl = value;
        break;
      case SIE_CTRL: {
        const before = this.#sieControl;
        this.#sieControl = value;
        if ((before ^ value) & PULLUP_EN) this.#pullUp((value & PULLUP_EN) !== 0);
        break;
      }
      case SIE_STATUS:
        this.#sieStatus &= ~this.rawWriteValue | STATUS_VBUS;
        break;
      case BUFF_STATUS:
        this.#bufferStatus &= ~this.rawWriteValue;
        break;
      case EP_ABORT:
        this.#abort = value;
        break;
      case EP_ABORT_DONE:
        break;
      case EP_STALL_ARM:
        this.#stallArm = value;
        break;
      case USB_MUXING:
        this.#muxing = value;
        break;
      case USB_PWR:
        this.#power = value;
        break;
      case INTE:
        this.#interruptEnable = value;
        this.#scheduleFrame();
        break;
      case INTF:
        this.#interruptForce = value;
        break;
      default:
        super.writeUint32(offset, value);
    }
    this.#updateInterrupt();
  }

  /** rp2040js calls this after each write to the DPRAM. */
  DPRAMUpdated(offset: number, value: number): void {
    if (offset < BUFFER_CONTROL || offset >= BUFFER_CONTROL_END) return;
    if (value & BUF_RESET_SELECT) this.#second[(offset - BUFFER_CONTROL) >> 2] = false;
    if (value & (BUF_AVAILABLE | (BUF_AVAILABLE << 16) | BUF_STALL)) this.cable?.armed();
  }

  // ---- What the host does. `toggle` is the data PID it expects or sends: 0 or 1.

  busReset(): void {
    this.#sieStatus |= STATUS_BUS_RESET;
    this.#updateInterrupt();
  }

  /** The address that the device answers to. */
  get address(): number {
    return this.#address;
  }

  setup(packet: Uint8Array): void {
    this.rp2040.usbDPRAM.set(packet, 0);
    this.#stallArm = 0;
    this.#sieStatus |= STATUS_SETUP_REC;
    this.#updateInterrupt();
  }

  /** An IN transaction: the data of the buffer that the firmware had ready. */
  in(endpoint: number, toggle: number): Uint8Array | "nak" | "stall" {
    const buffer = this.#buffer(endpoint, false);
    if (typeof buffer === "string") return buffer;
    if (!(buffer.control & BUF_FULL)) return "nak";
    this.#checkToggle(endpoint, buffer.control, toggle);
    const data = this.rp2040.usbDPRAM.slice(buffer.start, buffer.start + (buffer.control & BUF_LENGTH));
    this.#done(buffer, buffer.control & ~(BUF_AVAILABLE | BUF_FULL));
    return data;
  }

  /** An OUT transaction of at most 64 bytes. */
  out(endpoint: number, data: Uint8Array, toggle: number): Handshake {
    const buffer = this.#buffer(endpoint, true);
    if (typeof buffer === "string") return buffer;
    this.#checkToggle(endpoint, buffer.control, toggle);
    if (data.length > (buffer.control & BUF_LENGTH))
      throw new Error(`USB endpoint ${endpoint}: its buffer is too short`);
    this.rp2040.usbDPRAM.set(data, buffer.start);
    this.#done(buffer, (buffer.control & ~(BUF_AVAILABLE | BUF_LENGTH)) | BUF_FULL | data.length);
    return "ack";
  }

  #buffer(endpoint: number, out: boolean): Buffer | "nak" | "stall" {
    const index = endpoint * 2 + Number(out);
    const view = this.rp2040.usbDPRAMView;
    const setup = endpoint === 0 ? EP_ENABLE : view.getUint32(index * 4, true);
    const word = BUFFER_CONTROL + index * 4;
    const controls = view.getUint32(word, true);
    if (!(setup & EP_ENABLE) || this.#abort & (1 << index)) return "nak";
    if (controls & BUF_STALL && (endpoint !== 0 || this.#stallArm & (1 << index))) return "stall";
    const second = (setup & EP_DOUBLE_BUFFERED) !== 0 && this.#second[index]!;
    const control = (second ? controls >>> 16 : controls) & 0xffff;
    if (!(control & BUF_AVAILABLE)) return "nak";
    const first = endpoint === 0 ? EP0_BUFFER : setup & EP_BUFFER_OFFSET;
    return { index, setup, word, second, control, start: first + (second ? BUFFER_BYTES : 0) };
  }

  #checkToggle(endpoint: number, control: number, toggle: number): void {
    if (Number((control & BUF_DATA1) !== 0) !== toggle)
      throw new Error(`USB endpoint ${endpoint}: host and device disagree on the data toggle`);
  }

  #done({ index, setup, word, second }: Buffer, control: number): void {
    const view = this.rp2040.usbDPRAMView;
    const controls = view.getUint32(word, true);
    const updated = second ? (controls & 0xffff) | (control << 16) : (controls & ~0xffff) | control;
    view.setUint32(word, updated, true);
    const double = (setup & EP_DOUBLE_BUFFERED) !== 0;
    if (double) this.#second[index] = !second;
    const interrupts =
      index < 2
        ? (this.#sieControl & EP0_INT_1BUF) !== 0
        : (setup & EP_INTERRUPT_PER_BUFFER) !== 0 || ((setup & EP_INTERRUPT_PER_TWO_BUFFERS) !== 0 && second);
    if (interrupts) this.#bufferStatus |= 1 << index;
    this.#updateInterrupt();
  }

  #pullUp(present: boolean): void {
    this.#sieStatus = present ? this.#sieStatus | STATUS_CONNECTED | STATUS_LINE_J : STATUS_VBUS;
    this.cable?.attached(present);
  }

  #scheduleFrame(): void {
    if (!(this.#interruptEnable & INT_DEV_SOF)) return this.#frameAlarm.cancel();
    this.#frameAlarm.scheduleCycles(CYCLES_PER_MS - (this.clock.cycles % CYCLES_PER_MS));
  }

  #raw(): number {
    return (
      (this.#bufferStatus ? INT_BUFF_STATUS : 0) |
      (this.#sieStatus & STATUS_BUS_RESET ? INT_BUS_RESET : 0) |
      (this.#sieStatus & STATUS_SETUP_REC ? INT_SETUP_REQ : 0) |
      (this.#startOfFrame ? INT_DEV_SOF : 0)
    );
  }

  #updateInterrupt(): void {
    this.rp2040.setInterrupt(IRQ_USBCTRL, ((this.#raw() & this.#interruptEnable) | this.#interruptForce) !== 0);
  }
}

/** One buffer of an endpoint; `index` counts endpoint and direction, `second` is the other of a double buffer. */
interface Buffer {
  index: number;
  setup: number;
  word: number;
  second: boolean;
  control: number;
  start: number;
}
