// A serial port of the emulated device as a TCP port on 127.0.0.1. A connection opens the serial port (DTR), its end
// closes it. One connection at a time has the port; others wait for it in order, as the end of one client and the start
// of the next may cross. Neither direction loses a byte: each side waits while the other takes none.

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { CdcPort } from "./cdc-port.js";

const HOST = "127.0.0.1";
/** Bytes for the device above which a client has to wait. */
const QUEUE_LIMIT_BYTES = 16 * 1024;
/** How long the device may take to accept the last bytes of a client that has gone. */
const LAST_BYTES_MS = 2000;

export interface Bridge {
  host: string;
  port: number;
  /** Ends all connections and stops listening. */
  close: () => void;
}

/** Listens on `tcpPort`, or on a free port if that is 0. */
export async function bridge(port: CdcPort, tcpPort: number): Promise<Bridge> {
  const waiting: Socket[] = [];
  const sockets = new Set<Socket>();
  let active: Socket | undefined;

  const serveNext = (): void => {
    if (active) return;
    active = waiting.find((socket) => !socket.destroyed);
    if (!active) return;
    waiting.splice(0, waiting.indexOf(active) + 1);
    connect(active, port, () => {
      active = undefined;
      serveNext();
    });
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    waiting.push(socket);
    serveNext();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(tcpPort, HOST, resolve);
  });
  return {
    host: HOST,
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      waiting.length = 0;
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Gives the port to the socket until one of them ends; then calls `done`. */
function connect(socket: Socket, port: CdcPort, done: () => void): void {
  let ended = false;
  let lastBytes: NodeJS.Timeout | undefined;
  const finishWhenSent = (): void => {
    if (ended && port.queued === 0) socket.destroySoon();
  };

  port.onData = (packet) => {
    if (!socket.write(packet)) port.paused = true;
  };
  port.onSent = () => {
    if (port.queued < QUEUE_LIMIT_BYTES && socket.isPaused()) socket.resume();
    finishWhenSent();
  };
  port.onDisconnect = () => socket.destroy();
  socket.on("drain", () => (port.paused = false));
  socket.on("data", (bytes: Buffer) => {
    port.send(bytes);
    if (port.queued >= QUEUE_LIMIT_BYTES) socket.pause();
  });
  socket.once("end", () => {
    ended = true;
    lastBytes = setTimeout(() => socket.destroy(), LAST_BYTES_MS);
    finishWhenSent();
  });
  socket.once("close", () => {
    clearTimeout(lastBytes);
    port.onData = port.onSent = port.onDisconnect = () => {};
    port.paused = false;
    port.close();
    done();
  });
  port.paused = false;
  port.open();
  socket.resume();
}
