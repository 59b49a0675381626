// One serial port (USB CDC-ACM function) of the device, as a program on the host sees it: opening it sets DTR, bytes go
// both ways without loss, closing it clears DTR. usb-host.ts moves the packets.

import type { UsbHost } from "./usb-host.js";

export const PACKET_BYTES = 64;

/** Interface and endpoint numbers of the port, from the configuration descriptor. */
export interface CdcFunction {
  controlInterface: number;
  inEndpoint: number;
  outEndpoint: number;
}

export class CdcPort {
  /** Called with each packet while the port is open. */
  onData: (packet: Uint8Array) => void = () => {};
  /** Called when the bytes that waited for the device have become fewer. */
  onSent: () => void = () => {};
  /** Called when the device leaves the bus with the port open. */
  onDisconnect: () => void = () => {};
  baudRate = 115200;
  /** open: the device knows that DTR is set; draining: what comes is thrown away. */
  #state: "closed" | "open" | "draining" = "closed";
  /** What the program wants DTR to be. */
  #wanted = false;
  #changes = 0;
  #paused = false;
  #function: CdcFunction | undefined;
  #inToggle = 0;
  #outToggle = 0;
  readonly #sending: Uint8Array[] = [];
  #queued = 0;

  constructor(readonly host: UsbHost) {}

  /** Sets DTR. Bytes flow when the device has acknowledged it. */
  open(): void {
    this.#wanted = true;
    this.host.poke();
    if (this.#function) this.#announce();
  }

  /** Drops what has not been sent and clears DTR. */
  close(): void {
    this.#wanted = false;
    if (this.#state === "open") this.#state = "draining";
    this.#dropQueue();
    this.host.poke();
    if (this.#function) this.#announce();
  }

  /** Bytes given to `send` that the device has not taken yet. */
  get queued(): number {
    return this.#queued;
  }

  send(bytes: Uint8Array): void {
    if (!this.#wanted) throw new Error("send on a closed port");
    if (bytes.length === 0) return;
    this.#sending.push(bytes.slice());
    this.#queued += bytes.length;
    this.host.poke();
  }

  /** While paused the host asks the device for nothing: the device's buffers fill up. */
  set paused(paused: boolean) {
    this.#paused = paused;
    this.host.poke();
  }

  // ---- For usb-host.ts

  /** The device is configured: its toggles are 0, DTR is clear. */
  configured(description: CdcFunction): void {
    this.#function = description;
    this.#inToggle = 0;
    this.#outToggle = 0;
    if (this.#wanted) this.#announce();
  }

  disconnected(): void {
    if (!this.#function) return;
    this.#function = undefined;
    this.#state = "closed";
    const wasOpen = this.#wanted;
    this.#wanted = false;
    this.#dropQueue();
    if (wasOpen) this.onDisconnect();
  }

  #announce(): void {
    const wanted = this.#wanted;
    const change = ++this.#changes;
    this.host.setControlLineState(this.#function!.controlInterface, wanted, () => {
      if (change !== this.#changes) return;
      if (wanted) this.#state = "open";
      // A host that closes a port still reads for a moment and throws away what comes
      else this.host.afterDrain(() => this.#state === "draining" && (this.#state = "closed"));
    });
  }

  /** Moves one packet in or out if device and program want to. Returns its length, undefined if there was none. */
  transact(): number | undefined {
    if (!this.#function || this.#state === "closed") return undefined;
    return this.#transactIn(this.#function.inEndpoint) ?? this.#transactOut(this.#function.outEndpoint);
  }

  #transactIn(endpoint: number): number | undefined {
    if (this.#paused && this.#state === "open") return undefined;
    const data = this.host.in(endpoint, this.#inToggle);
    if (!data) return undefined;
    this.#inToggle ^= 1;
    if (this.#state === "open" && data.length > 0) this.onData(data);
    return data.length;
  }

  #transactOut(endpoint: number): number | undefined {
    const bytes = this.#sending[0];
    if (!bytes || this.#state !== "open") return undefined;
    const packet = bytes.subarray(0, PACKET_BYTES);
    if (!this.host.out(endpoint, packet, this.#outToggle)) return undefined;
    this.#outToggle ^= 1;
    if (packet.length === bytes.length) this.#sending.shift();
    else this.#sending[0] = bytes.subarray(packet.length);
    this.#queued -= packet.length;
    this.onSent();
    return packet.length;
  }

  #dropQueue(): void {
    this.#sending.length = 0;
    this.#queued = 0;
  }
}
