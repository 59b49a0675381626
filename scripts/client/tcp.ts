// The raw client on a TCP socket.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ClientOptions, RawClient } from "./client.js";
import { politeLogin, type Step } from "./login.js";

const TIMEOUT_MS = 30_000;

export class TcpClient {
  readonly raw: RawClient;
  closed = false;
  /** What the server sent cannot be read: a wrong tag, a packet that makes no sense. */
  broken: unknown;
  #wake: () => void = () => {};

  private constructor(
    readonly socket: Socket,
    options: ClientOptions,
  ) {
    this.raw = new RawClient(options);
    socket.on("data", (data) => {
      try {
        this.raw.receive(data);
      } catch (error) {
        this.broken = error;
      }
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  static async connect(port: number, options: ClientOptions = {}, localAddress?: string): Promise<TcpClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, localAddress });
    const client = new TcpClient(socket, options);
    await Promise.race([once(socket, "connect"), once(socket, "close")]);
    return client;
  }

  /** Resolves when the condition holds; false when the connection has ended before. Throws after half a minute. */
  async until(condition: () => boolean): Promise<boolean> {
    const deadline = Date.now() + TIMEOUT_MS;
    while (!condition()) {
      if (this.closed) return condition();
      if (Date.now() > deadline) throw new Error("the server says nothing");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake = () => (clearTimeout(timer), resolve());
      });
    }
    return true;
  }

  async untilClosed(): Promise<void> {
    await this.until(() => this.closed);
  }

  /** Takes the steps one after the other, each when the server has answered the one before; false when it hangs up. */
  async run(steps: Iterable<Step>): Promise<boolean> {
    let expected = 0;
    if (!(await this.until(() => this.raw.serverKexinit.length > 0))) return false;
    expected = this.raw.messages.length;
    for (const step of steps) {
      expected += step.name === "identification" ? 0 : step.awaits;
      this.socket.write(step.data);
      if (!(await this.until(() => this.raw.messages.length >= expected))) return false;
    }
    return true;
  }

  /** A whole session, as it should be; resolves to what the command said. */
  async login(authenticate: (client: RawClient) => Uint8Array, command: string): Promise<string> {
    const complete = await this.run(politeLogin(this.raw, { authenticate, command }));
    const data = this.raw.messages.find((message) => message[0] === 94);
    return complete && data ? data.subarray(9).toString() : "";
  }
}
