// A server of host/node with the full userauth build, and raw clients that speak userauth to it.

import { createServer, type Server, type ServerOptions } from "../../host/node/index.js";
import type { LogEntry } from "../../host/node/server/log.js";
import { keyPairFromSeed } from "../../host/node/credentials/openssh-keys.js";
import { keyExchange } from "../../scripts/client/login.js";
import { Message } from "../../scripts/client/client.js";
import { userauthRequest } from "../../scripts/client/userauth.js";
import { atEnd } from "./programs.js";
import { HOST_SEED } from "./session.js";
import { TcpClient } from "../../scripts/client/tcp.js";
import { boolean, type Part, string } from "../../scripts/client/wire.js";

export interface FullServer {
  server: Server;
  port: number;
  log: LogEntry[];
  /** The statuses of the log, in order. */
  statuses: () => unknown[];
  /** A client for which the ssh-userauth service is open. */
  connect: () => Promise<UserauthClient>;
}

/** Starts a server on a free port; it ends with the tests of the file. */
export async function serveFull(options: Partial<ServerOptions>): Promise<FullServer> {
  const log: LogEntry[] = [];
  const server = createServer({ hostKey: keyPairFromSeed(HOST_SEED), log: (entry) => log.push(entry), ...options });
  const { port } = await server.listen(0);
  atEnd(() => server.close());
  const statuses = (): unknown[] => log.filter(({ event }) => event === "userauth").map(({ status }) => status);
  return { server, port, log, statuses, connect: () => UserauthClient.connect(port) };
}

/** The raw client, behind its key exchange. */
export class UserauthClient {
  private constructor(readonly tcp: TcpClient) {}

  static async connect(port: number): Promise<UserauthClient> {
    const tcp = await TcpClient.connect(port);
    await tcp.run(keyExchange(tcp.raw));
    tcp.socket.write(tcp.raw.send(Message.SERVICE_REQUEST, string("ssh-userauth")));
    await tcp.until(() => tcp.raw.lastNumber() === Message.SERVICE_ACCEPT);
    tcp.raw.messages = [];
    return new UserauthClient(tcp);
  }

  send(payload: Uint8Array): void {
    this.tcp.socket.write(this.tcp.raw.packet(payload));
  }

  /** The next payload of the server; undefined at the end of the connection. */
  async next(): Promise<Buffer | undefined> {
    await this.tcp.until(() => this.tcp.raw.messages.length > 0);
    return this.tcp.raw.take();
  }

  /** The answer to a payload. */
  ask(payload: Uint8Array): Promise<Buffer | undefined> {
    this.send(payload);
    return this.next();
  }

  /** The number of the answer; "closed" at the end of the connection. */
  async number(payload: Uint8Array): Promise<number | "closed"> {
    return (await this.ask(payload))?.[0] ?? "closed";
  }

  get sessionId(): Uint8Array {
    return this.tcp.raw.sessionId!;
  }

  end(): void {
    this.tcp.socket.destroy();
  }
}

/** RFC 4252 §8. */
export function password(user: string, ...fields: Part[]): Uint8Array {
  return userauthRequest(user, "password", boolean(false), ...fields.map((field) => string(field as string)));
}
