// The computer at the other end of the USB cable: it enumerates the device as an operating system does (USB 2.0,
// 9.1.2), opens its CDC-ACM ports when asked, and moves packets one at a time at the pace of a full-speed bus. A
// refused transfer (NAK) is tried again when the firmware has given the controller a new buffer.

import { CdcPort, PACKET_BYTES } from "./cdc-port.js";
import type { CdcFunction } from "./cdc-port.js";
import { CYCLES_PER_MICROSECOND, CYCLES_PER_MS } from "./clock.js";
import type { CycleClock } from "./clock.js";
import type { Cable, UsbDeviceController } from "./usb-device-controller.js";

const DEVICE_ADDRESS = 1;
const GET_DESCRIPTOR = 6;
const SET_ADDRESS = 5;
const SET_CONFIGURATION = 9;
const SET_LINE_CODING = 0x20;
const SET_CONTROL_LINE_STATE = 0x22;
const TO_DEVICE = 0x00;
const FROM_DEVICE = 0x80;
const CLASS_INTERFACE = 0x21;
const DESCRIPTOR_DEVICE = 1;
const DESCRIPTOR_CONFIGURATION = 2;
const DESCRIPTOR_STRING = 3;
const DESCRIPTOR_INTERFACE = 4;
const DESCRIPTOR_ENDPOINT = 5;
const CLASS_CDC = 2;
const CLASS_CDC_DATA = 10;
const ENGLISH = 0x0409;
const DTR_AND_RTS = 3;

const DEBOUNCE = 100 * CYCLES_PER_MS;
const RESET = 20 * CYCLES_PER_MS;
/** After SET_ADDRESS a device may take 2 ms (USB 2.0, 9.2.6.3); the others get a moment to end their status stage. */
const ADDRESS_SETTLES = 2 * CYCLES_PER_MS;
const REQUEST_SETTLES = 100 * CYCLES_PER_MICROSECOND;
const DRAIN = 50 * CYCLES_PER_MS;
/** Until the next transaction after the firmware armed a buffer or the program asked. */
const POLL = 5 * CYCLES_PER_MICROSECOND;
/** Token, handshake, CRC, gaps: bytes that a transaction takes on the bus beside its data. */
const OVERHEAD_BYTES = 13;
const CYCLES_PER_BUS_BYTE = (8 * CYCLES_PER_MICROSECOND) / 12;

type Alarm = ReturnType<CycleClock["createAlarm"]>;

interface Request {
  type: number;
  request: number;
  value: number;
  index: number;
  /** Of what the device is to send; of `data` otherwise. */
  length: number;
  data?: Uint8Array;
  done: (answer: Uint8Array) => void;
}

interface Device {
  clock: CycleClock;
  controller: UsbDeviceController;
  pollAlarm: Alarm;
  /** Contacts have settled: the bus is reset. */
  debounceAlarm: Alarm;
  /** The reset is over: enumeration begins. */
  resetAlarm: Alarm;
}

/** What the device says it is. */
export interface DeviceIdentity {
  vendorId: number;
  productId: number;
  manufacturer: string;
  product: string;
  serialNumber: string;
}

export class UsbHost implements Cable {
  readonly ports = [new CdcPort(this), new CdcPort(this)] as const;
  /** Set while the device is configured. */
  identity: DeviceIdentity | undefined;
  onEnumerated: () => void = () => {};
  /** Called before the outside world changes anything: simulated time must have caught up. */
  beforePoke: () => void = () => {};
  #device: Device | undefined;
  #address = 0;
  #requests: Request[] = [];
  #stage: "setup" | "data" | "status" = "setup";
  #toggle = 0;
  #answer: number[] = [];
  #sent = 0;
  #quietUntil = 0;
  #nextPipe = 0;

  /** Plugs the cable into a device that has just been reset. */
  connect(clock: CycleClock, controller: UsbDeviceController): void {
    this.attached(false);
    const resetAlarm = clock.createAlarm(() => this.#enumerate());
    const debounceAlarm = clock.createAlarm(() => {
      controller.busReset();
      resetAlarm.scheduleCycles(RESET);
    });
    const pollAlarm = clock.createAlarm(() => this.#service());
    this.#device = { clock, controller, pollAlarm, debounceAlarm, resetAlarm };
    controller.cable = this;
  }

  // ---- Cable

  attached(present: boolean): void {
    this.identity = undefined;
    this.#address = 0;
    this.#requests = [];
    this.#stage = "setup";
    for (const port of this.ports) port.disconnected();
    this.#device?.resetAlarm.cancel();
    this.#device?.debounceAlarm.cancel();
    if (present) this.#device?.debounceAlarm.scheduleCycles(DEBOUNCE);
  }

  armed(): void {
    this.#pollIn(POLL);
  }

  // ---- For the ports

  poke(): void {
    this.beforePoke();
    if (this.#device) this.#pollIn(POLL);
  }

  in(endpoint: number, toggle: number): Uint8Array | undefined {
    const result = this.#controller().in(endpoint, toggle);
    if (result === "stall") throw new Error(`USB endpoint ${endpoint} stalls`);
    return result === "nak" ? undefined : result;
  }

  out(endpoint: number, data: Uint8Array, toggle: number): boolean {
    const result = this.#controller().out(endpoint, data, toggle);
    if (result === "stall") throw new Error(`USB endpoint ${endpoint} stalls`);
    return result === "ack";
  }

  setControlLineState(controlInterface: number, dtr: boolean, done: () => void): void {
    const value = dtr ? DTR_AND_RTS : 0;
    this.#request(CLASS_INTERFACE, SET_CONTROL_LINE_STATE, value, controlInterface, 0, done);
  }

  /** Calls `ended` when bytes of a closed port are no longer read. */
  afterDrain(ended: () => void): void {
    this.#present().clock.createAlarm(ended).scheduleCycles(DRAIN);
  }

  // ---- Enumeration

  #enumerate(): void {
    const steps = this.#enumeration();
    const advance = (answer: Uint8Array): void => {
      const step = steps.next(answer);
      if (!step.done) step.value(advance);
    };
    advance(new Uint8Array());
  }

  /** Yields functions that send one request and call back with its answer. */
  *#enumeration(): Generator<(done: (answer: Uint8Array) => void) => void, void, Uint8Array> {
    const get = (value: number, index: number, length: number) => (done: (answer: Uint8Array) => void) =>
      this.#request(FROM_DEVICE, GET_DESCRIPTOR, value, index, length, done);
    const set = (request: number, value: number) => (done: (answer: Uint8Array) => void) =>
      this.#request(TO_DEVICE, request, value, 0, 0, done);

    yield get(DESCRIPTOR_DEVICE << 8, 0, PACKET_BYTES);
    yield set(SET_ADDRESS, DEVICE_ADDRESS);
    this.#address = DEVICE_ADDRESS;
    const device = view(yield get(DESCRIPTOR_DEVICE << 8, 0, 18));
    const header = view(yield get(DESCRIPTOR_CONFIGURATION << 8, 0, 9));
    const configuration = yield get(DESCRIPTOR_CONFIGURATION << 8, 0, header.getUint16(2, true));
    const strings: string[] = [];
    for (const field of [14, 15, 16]) {
      const index = device.getUint8(field);
      strings.push(index === 0 ? "" : text(yield get((DESCRIPTOR_STRING << 8) | index, ENGLISH, 255)));
    }
    yield set(SET_CONFIGURATION, configuration[5]!);

    const functions = cdcFunctions(configuration);
    if (functions.length !== this.ports.length)
      throw new Error(`the device has ${functions.length} serial ports, expected ${this.ports.length}`);
    for (const [i, port] of this.ports.entries()) {
      const { controlInterface } = functions[i]!;
      const coding = lineCoding(port.baudRate);
      yield (done) => this.#request(CLASS_INTERFACE, SET_LINE_CODING, 0, controlInterface, coding.length, done, coding);
      port.configured(functions[i]!);
    }
    this.identity = {
      vendorId: device.getUint16(8, true),
      productId: device.getUint16(10, true),
      manufacturer: strings[0]!,
      product: strings[1]!,
      serialNumber: strings[2]!,
    };
    this.onEnumerated();
  }

  // ---- Transactions

  #pollIn(cycles: number): void {
    const { pollAlarm, clock } = this.#present();
    if (pollAlarm.at > clock.cycles + cycles)
      pollAlarm.scheduleCycles(Math.max(cycles, this.#quietUntil - clock.cycles));
  }

  /** One transaction of the first pipe that has one, in turn; the next one when the bus is free. */
  #service(): void {
    const pipes = [() => this.#control(), ...this.ports.map((port) => () => port.transact())];
    for (let i = 0; i < pipes.length; i++) {
      const length = pipes[(this.#nextPipe + i) % pipes.length]!();
      if (length === undefined) continue;
      this.#nextPipe = (this.#nextPipe + i + 1) % pipes.length;
      return this.#pollIn(Math.ceil((length + OVERHEAD_BYTES) * CYCLES_PER_BUS_BYTE));
    }
  }

  #request(
    type: number,
    request: number,
    value: number,
    index: number,
    length: number,
    done: (answer: Uint8Array) => void,
    data?: Uint8Array,
  ): void {
    this.#requests.push({ type, request, value, index, length, done, ...(data && { data }) });
    this.#pollIn(POLL);
  }

  /** The next transaction of the control transfer that is under way (USB 2.0, 8.5.3). */
  #control(): number | undefined {
    const request = this.#requests[0];
    if (!request) return undefined;
    const controller = this.#controller();
    if (controller.address !== this.#address) throw new Error("the device did not take its address");
    if (this.#stage === "setup") {
      controller.setup(setupPacket(request));
      this.#stage = request.length > 0 ? "data" : "status";
      this.#toggle = 1;
      this.#answer = [];
      this.#sent = 0;
      return 8;
    }
    const length = this.#stage === "data" ? this.#dataStage(request) : this.#statusStage(request);
    if (length === undefined) return undefined;
    if (this.#stage === "data") {
      this.#toggle ^= 1;
      const complete = request.data
        ? this.#sent === request.length
        : length < PACKET_BYTES || this.#answer.length >= request.length;
      if (complete) this.#stage = "status";
      return length;
    }
    this.#stage = "setup";
    this.#requests.shift();
    this.#quietUntil =
      this.#present().clock.cycles + (request.request === SET_ADDRESS ? ADDRESS_SETTLES : REQUEST_SETTLES);
    request.done(Uint8Array.from(this.#answer));
    return length;
  }

  #dataStage({ data }: Request): number | undefined {
    if (data) {
      const packet = data.subarray(this.#sent, this.#sent + PACKET_BYTES);
      if (!this.out(0, packet, this.#toggle)) return undefined;
      this.#sent += packet.length;
      return packet.length;
    }
    const packet = this.in(0, this.#toggle);
    if (packet) this.#answer.push(...packet);
    return packet?.length;
  }

  #statusStage({ type, length }: Request): number | undefined {
    if (type & FROM_DEVICE && length > 0) return this.out(0, new Uint8Array(), 1) ? 0 : undefined;
    return this.in(0, 1)?.length;
  }

  #controller(): UsbDeviceController {
    return this.#present().controller;
  }

  #present(): Device {
    if (!this.#device) throw new Error("no device is connected");
    return this.#device;
  }
}

function setupPacket({ type, request, value, index, length }: Request): Uint8Array {
  return Uint8Array.of(type, request, value & 0xff, value >> 8, index & 0xff, index >> 8, length & 0xff, length >> 8);
}

/** Bits a second, 1 stop bit, no parity, 8 data bits (CDC PSTN 1.2, 6.3.10). */
function lineCoding(baudRate: number): Uint8Array {
  const coding = new Uint8Array(7);
  view(coding).setUint32(0, baudRate, true);
  coding[6] = 8;
  return coding;
}

function text(descriptor: Uint8Array): string {
  return Buffer.from(descriptor.subarray(2)).toString("utf16le");
}

/** The CDC-ACM functions of a configuration: a control interface followed by its data interface. */
function cdcFunctions(configuration: Uint8Array): CdcFunction[] {
  const functions: CdcFunction[] = [];
  let controlInterface = 0;
  let current: CdcFunction | undefined;
  for (let at = 0; at + 1 < configuration.length && configuration[at]! > 0; at += configuration[at]!) {
    const descriptor = configuration.subarray(at, at + configuration[at]!);
    if (descriptor[1] === DESCRIPTOR_INTERFACE) {
      current = undefined;
      if (descriptor[5] === CLASS_CDC) controlInterface = descriptor[2]!;
      if (descriptor[5] !== CLASS_CDC_DATA) continue;
      current = { controlInterface, inEndpoint: 0, outEndpoint: 0 };
      functions.push(current);
    } else if (descriptor[1] === DESCRIPTOR_ENDPOINT && current) {
      const address = descriptor[2]!;
      if (address & 0x80) current.inEndpoint = address & 0x7f;
      else current.outEndpoint = address;
    }
  }
  return functions;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
