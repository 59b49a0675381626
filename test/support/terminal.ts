// A pseudo-terminal in place of a board's serial device, in the state that Linux gives such a device when it is plugged
// in: it echoes, and makes lines. A Python program is the board behind it.

import { needs, PYTHON } from "./peers.js";
import { type Program, start } from "./programs.js";

export const needsTerminal = needs("python");

/** The beginning of each such program. It holds the terminal, as a device is there whether it is open or not. */
const HEAD = `
import os, pty, select, sys, termios
master, slave = pty.openpty()
path = os.ttyname(slave)
def send(data):
    while data: data = data[os.write(master, data):]
`;

/** Starts the rest of such a program, which tells the terminal's path in its first line. */
export async function startTerminal(body: string, args: string[] = []): Promise<{ board: Program; device: string }> {
  const board = start(PYTHON, ["-u", "-c", HEAD + body, ...args]);
  const [device = ""] = await board.until(/^\/dev\/\S+/);
  return { board, device };
}
