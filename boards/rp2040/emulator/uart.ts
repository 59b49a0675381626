// The other end of UART0's receive line: bytes arrive at the baud rate that the firmware has set, and wait while its
// FIFO is full, as behind a line with hardware flow control.

import type { RP2040 } from "rp2040js";
import { CLOCK_HZ } from "./clock.js";
import type { CycleClock } from "./clock.js";

const BITS_PER_BYTE = 10;
const UARTFR = 0x18;
const RECEIVE_FIFO_FULL = 1 << 6;

type Uart = RP2040["uart"][number];

export function feedUart(uart: Uart, clock: CycleClock, bytes: Uint8Array): void {
  let at = 0;
  const alarm = clock.createAlarm(() => {
    if (!(uart.readUint32(UARTFR) & RECEIVE_FIFO_FULL)) uart.feedByte(bytes[at++]!);
    if (at < bytes.length) alarm.scheduleCycles(byteCycles());
  });
  const byteCycles = (): number => Math.ceil((BITS_PER_BYTE * CLOCK_HZ) / uart.baudRate);
  if (bytes.length > 0) alarm.scheduleCycles(byteCycles());
}
