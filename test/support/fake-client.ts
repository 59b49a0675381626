// A client of the fake transport: frames and payloads over a socket, without cryptography.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { bytes, type Part, string, uint32 } from "../../scripts/client/wire.js";

const TIMEOUT_MS = 5_000;

export class FakeClient {
  closed = false;
  readonly #payloads: Buffer[] = [];
  #rest = Buffer.alloc(0);
  #wake: () => void = () => {};

  private constructor(readonly socket: Socket) {
    socket.on("data", (data) => {
      this.#rest = Buffer.concat([this.#rest, data]);
      while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUInt32BE()) {
        const end = 4 + this.#rest.readUInt32BE();
        this.#payloads.push(this.#rest.subarray(4, end));
        this.#rest = this.#rest.subarray(end);
      }
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** Connects and takes the first payload: the host key that the host has written into the transport module. */
  static async connect(port: number): Promise<FakeClient> {
    const socket = connect(port, "127.0.0.1");
    const client = new FakeClient(socket);
    await once(socket, "connect");
    return client;
  }

  send(...parts: Part[]): void {
    this.socket.write(string(bytes(...parts)));
  }

  /** The next payload, in hexadecimal digits; "closed" at the end of the connection. */
  async receive(): Promise<string> {
    return (await this.receiveBytes())?.toString("hex") ?? "closed";
  }

  async receiveBytes(): Promise<Buffer | undefined> {
    const deadline = Date.now() + TIMEOUT_MS;
    while (this.#payloads.length === 0 && !this.closed) {
      if (Date.now() > deadline) throw new Error("the server says nothing");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#payloads.shift();
  }

  /** Logs in and opens channel 0 with the given window. */
  async openChannel(windowSize = 0x10_0000): Promise<void> {
    await this.receive();
    this.send(50, 52);
    await this.receive();
    this.send(90, string("session"), uint32(7), uint32(windowSize), uint32(32_768));
    await this.receive();
  }
}
