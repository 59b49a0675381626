// A USB device without a processor: what TinyUSB does with the RP2040's controller, as little as enumeration and two
// serial ports that send back what they receive need. It takes a packet from the host only when it has room for what it
// would send back.

import { RP2040 } from "rp2040js";
import { CycleClock } from "../../boards/rp2040/emulator/clock.js";
import { UsbDeviceController } from "../../boards/rp2040/emulator/usb-device-controller.js";
import { UsbHost } from "../../boards/rp2040/emulator/usb-host.js";

const ADDR_ENDP = 0x00;
const SIE_CTRL = 0x4c;
const SIE_STATUS = 0x50;
const BUFF_STATUS = 0x58;
const INTE = 0x90;
const INTS = 0x98;
const INT_BUFF_STATUS = 1 << 4;
const INT_BUS_RESET = 1 << 12;
const INT_SETUP_REQ = 1 << 16;
const DPRAM = 0x50100000;
const FULL = 1 << 15;
const DATA1 = 1 << 13;
const AVAILABLE = 1 << 10;
const ENDPOINT_ENABLED = 0xa8000000;
const PACKET_BYTES = 64;
const ROOM_BYTES = 256;
const POLL_NANOS = 20_000;

// Device, configuration with two CDC functions (control interface, data interface with OUT n, IN n), no strings
const DEVICE = Uint8Array.from([18, 1, 0, 2, 0xef, 2, 1, 64, 0x8a, 0x2e, 0x0a, 0, 0, 1, 0, 0, 0, 1]);
const functionOf = (first: number, endpoint: number): number[] => [
  ...[9, 4, first, 0, 0, 2, 2, 0, 0],
  ...[9, 4, first + 1, 0, 2, 10, 0, 0, 0],
  ...[7, 5, endpoint, 2, PACKET_BYTES, 0, 0],
  ...[7, 5, 0x80 | endpoint, 2, PACKET_BYTES, 0, 0],
];
const FUNCTIONS = [...functionOf(0, 1), ...functionOf(2, 2)];
const CONFIGURATION = Uint8Array.from([9, 2, 9 + FUNCTIONS.length, 0, 4, 1, 0, 0x80, 50, ...FUNCTIONS]);

interface Endpoint {
  number: number;
  pending: number[];
  inToggle: number;
  outToggle: number;
  inBusy: boolean;
  outArmed: boolean;
}

export class UsbLoopback {
  readonly host = new UsbHost();
  /** Every SET_CONTROL_LINE_STATE, as [interface, value]; every SET_LINE_CODING's rate. */
  readonly lineStates: [number, number][] = [];
  readonly baudRates: number[] = [];
  readonly #clock = new CycleClock(0);
  readonly #rp2040 = new RP2040(this.#clock);
  readonly #controller = new UsbDeviceController(this.#rp2040, this.#clock);
  readonly #poll = this.#clock.createAlarm(() => this.#work());
  #endpoints: Endpoint[] = [];
  #address = 0;
  #toSend: Uint8Array = new Uint8Array();
  #in0Toggle = 1;
  /** The host ends the transfer with an empty packet, after it has been sent what it asked for. */
  #statusOut = false;

  constructor() {
    Object.assign(this.#rp2040, { usbCtrl: this.#controller });
    this.#rp2040.setInterrupt = () => {};
    this.host.connect(this.#clock, this.#controller);
    this.#controller.writeUint32Atomic(INTE, INT_BUFF_STATUS | INT_BUS_RESET | INT_SETUP_REQ, 0);
    this.#controller.writeUint32Atomic(SIE_CTRL, (1 << 16) | (1 << 29), 0);
    this.#poll.schedule(POLL_NANOS);
  }

  /** Lets simulated time pass until the condition holds; false if it does not within so many milliseconds. */
  runUntil(condition: () => boolean, ms = 1000): boolean {
    const end = this.#clock.cycles + ms * 125_000;
    while (!condition()) {
      if (this.#clock.cycles >= end) return false;
      this.#clock.counter.cycles = this.#clock.alarmAt;
      this.#clock.fire();
    }
    return true;
  }

  #work(): void {
    this.#poll.schedule(POLL_NANOS);
    const interrupts = this.#controller.readUint32(INTS);
    if (interrupts & INT_BUFF_STATUS) this.#buffers();
    if (interrupts & INT_SETUP_REQ) this.#setup();
    if (interrupts & INT_BUS_RESET) {
      this.#endpoints = [];
      this.#controller.writeUint32Atomic(ADDR_ENDP, 0, 0);
      this.#controller.writeUint32Atomic(SIE_STATUS, 1 << 19, 0);
    }
    for (const endpoint of this.#endpoints) this.#move(endpoint);
  }

  #setup(): void {
    const packet = this.#rp2040.usbDPRAM.slice(0, 8);
    this.#controller.writeUint32Atomic(SIE_STATUS, 1 << 17, 0);
    const request = packet[1]!;
    const value = packet[2]! | (packet[3]! << 8);
    const length = packet[6]! | (packet[7]! << 8);
    this.#toSend = new Uint8Array();
    this.#statusOut = request === 6;
    if (request === 6) this.#toSend = (value >> 8 === 1 ? DEVICE : CONFIGURATION).slice(0, length);
    if (request === 5) this.#address = value;
    if (request === 9) this.#endpoints = [1, 2].map((number) => this.#open(number));
    if (request === 0x22) this.lineStates.push([packet[4]!, value]);
    if (request === 0x20) this.#arm(0x84, DATA1 | AVAILABLE | PACKET_BYTES);
    else this.#armIn0(1);
  }

  #armIn0(toggle: number): void {
    const packet = this.#toSend.subarray(0, PACKET_BYTES);
    this.#toSend = this.#toSend.subarray(packet.length);
    this.#rp2040.usbDPRAM.set(packet, 0x100);
    this.#arm(0x80, FULL | AVAILABLE | packet.length | (toggle ? DATA1 : 0));
    this.#in0Toggle = toggle;
  }

  #open(number: number): Endpoint {
    for (const [direction, offset] of [0x180, 0x1c0].entries())
      this.#arm(number * 8 + direction * 4, ENDPOINT_ENABLED | (offset + number * 0x80));
    return { number, pending: [], inToggle: 0, outToggle: 0, inBusy: false, outArmed: false };
  }

  #buffers(): void {
    const done = this.#controller.readUint32(BUFF_STATUS);
    this.#controller.writeUint32Atomic(BUFF_STATUS, done, 0);
    const view = this.#rp2040.usbDPRAMView;
    if (done & 1) {
      if (this.#address) this.#controller.writeUint32Atomic(ADDR_ENDP, this.#address, 0);
      if (this.#toSend.length > 0) this.#armIn0(this.#in0Toggle ^ 1);
      else if (this.#statusOut) this.#arm(0x84, AVAILABLE | DATA1);
    }
    if (done & 2 && (view.getUint32(0x84, true) & 0x3ff) === 7) {
      this.baudRates.push(view.getUint32(0x100, true));
      this.#armIn0(1);
    }
    for (const endpoint of this.#endpoints) {
      if (done & (1 << (2 * endpoint.number))) endpoint.inBusy = false;
      if (!(done & (2 << (2 * endpoint.number)))) continue;
      const length = view.getUint32(0x84 + endpoint.number * 8, true) & 0x3ff;
      const start = 0x1c0 + endpoint.number * 0x80;
      endpoint.pending.push(...this.#rp2040.usbDPRAM.subarray(start, start + length));
      endpoint.outArmed = false;
      endpoint.outToggle ^= 1;
    }
  }

  #move(endpoint: Endpoint): void {
    const control = 0x80 + endpoint.number * 8;
    if (!endpoint.outArmed && endpoint.pending.length + PACKET_BYTES <= ROOM_BYTES) {
      endpoint.outArmed = true;
      this.#arm(control + 4, AVAILABLE | PACKET_BYTES | (endpoint.outToggle ? DATA1 : 0));
    }
    if (endpoint.inBusy || endpoint.pending.length === 0) return;
    const packet = endpoint.pending.splice(0, PACKET_BYTES);
    this.#rp2040.usbDPRAM.set(packet, 0x180 + endpoint.number * 0x80);
    this.#arm(control, FULL | AVAILABLE | packet.length | (endpoint.inToggle ? DATA1 : 0));
    endpoint.inBusy = true;
    endpoint.inToggle ^= 1;
  }

  #arm(offset: number, value: number): void {
    this.#rp2040.writeUint32(DPRAM + offset, value >>> 0);
  }
}
