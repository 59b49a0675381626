// The flash chip: a W25Q16JV, as soldered on a Pico. Erased bits are 1, programming can only clear them, both take time
// during which the chip answers nothing but its status. It remembers every operation with its cycles, so that a test
// can ask what a power cut at any moment would have left behind. A host that breaks the chip's rules gets an exception.

import { CYCLES_PER_MICROSECOND, CYCLES_PER_MS } from "./clock.js";

export const FLASH_BYTES = 2 * 1024 * 1024;
export const SECTOR_BYTES = 4096;
const BLOCK_BYTES = 64 * 1024;
const PAGE_BYTES = 256;

// Typical times of the datasheet
const PROGRAM_CYCLES = 400 * CYCLES_PER_MICROSECOND;
const ERASE_SECTOR_CYCLES = 45 * CYCLES_PER_MS;
const ERASE_BLOCK_CYCLES = 150 * CYCLES_PER_MS;

const WRITE_ENABLE = 0x06;
const WRITE_DISABLE = 0x04;
const READ_STATUS_1 = 0x05;
const READ_STATUS_2 = 0x35;
const READ_DATA = 0x03;
const READ_JEDEC_ID = 0x9f;
const READ_UNIQUE_ID = 0x4b;
const PAGE_PROGRAM = 0x02;
const ERASE_SECTOR = 0x20;
const ERASE_BLOCK = 0xd8;
const NO_COMMAND = 0xff;

const CHANGING = new Set([PAGE_PROGRAM, ERASE_SECTOR, ERASE_BLOCK]);
const KNOWN = new Set([
  WRITE_ENABLE,
  WRITE_DISABLE,
  READ_STATUS_1,
  READ_STATUS_2,
  READ_DATA,
  READ_JEDEC_ID,
  READ_UNIQUE_ID,
  ...CHANGING,
]);

const STATUS_BUSY = 1;
const STATUS_WRITE_ENABLED = 2;
const STATUS_2_QUAD_ENABLED = 2;
const JEDEC_ID = Uint8Array.of(0xef, 0x40, 0x15);
const UNIQUE_ID = Uint8Array.of(0xe6, 0x61, 0x4c, 0x5e, 0x53, 0x41, 0x4d, 0x45);
const ADDRESS_BYTES = 3;
const UNIQUE_ID_DUMMY_BYTES = 4;

/**
 * One change of the flash: busy from cycle `start` until `end`. `data` is what a program operation clears bits with.
 */
export interface FlashOperation {
  kind: "erase" | "program";
  address: number;
  length: number;
  data: Uint8Array;
  start: number;
  end: number;
}

export class FlashError extends Error {}

export class NorFlash {
  /** The array as XIP reads it. Rests of an interrupted past are the caller's to put there. */
  readonly bytes = new Uint8Array(FLASH_BYTES).fill(0xff);
  readonly operations: FlashOperation[] = [];
  /** The chip takes bare addresses instead of commands, until it sees ones. */
  continuousRead = false;
  /** The current cycle. */
  now: () => number = () => 0;
  /** Called when an operation has begun; `bytes` holds its result already. */
  onChange: () => void = () => {};
  readonly #initial: Uint8Array;
  #busyUntil = 0;
  #writeEnabled = false;
  #selected = false;
  /** What the host has sent since the chip was selected. */
  #received: number[] = [];

  constructor(image?: Uint8Array) {
    if (image && image.length > FLASH_BYTES) throw new RangeError(`an image of more than ${FLASH_BYTES} bytes`);
    if (image) this.bytes.set(image);
    this.#initial = this.bytes.slice();
  }

  /** Power has come back: the chip takes commands. */
  powerOn(): void {
    this.continuousRead = false;
    this.#busyUntil = 0;
    this.#writeEnabled = false;
    this.#selected = false;
  }

  get busy(): boolean {
    return this.now() < this.#busyUntil;
  }

  get selected(): boolean {
    return this.#selected;
  }

  select(): void {
    this.#selected = true;
    this.#received = [];
  }

  /** The chip select rises: a command that changes the flash begins here. */
  deselect(): void {
    if (!this.#selected) return;
    this.#selected = false;
    switch (this.#received[0]) {
      case NO_COMMAND:
        this.continuousRead = false;
        break;
      case WRITE_ENABLE:
        this.#writeEnabled = true;
        break;
      case WRITE_DISABLE:
        this.#writeEnabled = false;
        break;
      case ERASE_SECTOR:
        this.#erase(SECTOR_BYTES, ERASE_SECTOR_CYCLES);
        break;
      case ERASE_BLOCK:
        this.#erase(BLOCK_BYTES, ERASE_BLOCK_CYCLES);
        break;
      case PAGE_PROGRAM:
        this.#program(this.#received.slice(1 + ADDRESS_BYTES));
        break;
    }
  }

  /** One byte to the selected chip and the byte it answers at the same time. */
  exchange(byte: number): number {
    if (!this.#selected) return 0xff;
    const index = this.#received.push(byte) - 1;
    const command = this.#received[0]!;
    if (index === 0) this.#admit(command);
    if (index === 0) return 0xff;
    switch (command) {
      case READ_STATUS_1:
        return (this.busy ? STATUS_BUSY : 0) | (this.#writeEnabled ? STATUS_WRITE_ENABLED : 0);
      case READ_STATUS_2:
        return STATUS_2_QUAD_ENABLED;
      case READ_JEDEC_ID:
        return JEDEC_ID[(index - 1) % JEDEC_ID.length]!;
      case READ_UNIQUE_ID:
        return UNIQUE_ID[index - 1 - UNIQUE_ID_DUMMY_BYTES] ?? 0xff;
      case READ_DATA:
        return index > ADDRESS_BYTES ? this.bytes[(this.#address() + index - ADDRESS_BYTES - 1) % FLASH_BYTES]! : 0xff;
      default:
        return 0xff;
    }
  }

  #admit(command: number): void {
    if (command === NO_COMMAND) return;
    const name = `command 0x${command.toString(16)}`;
    if (this.continuousRead) throw new FlashError(`${name} while the flash is in continuous read mode`);
    if (this.busy && command !== READ_STATUS_1) throw new FlashError(`${name} while the flash is busy`);
    if (!KNOWN.has(command)) throw new FlashError(`${name} is not one the flash knows`);
    if (CHANGING.has(command) && !this.#writeEnabled) throw new FlashError(`${name} without write enable`);
  }

  #erase(length: number, cycles: number): void {
    const address = this.#address();
    this.#begin({ kind: "erase", address: address - (address % length), length, data: new Uint8Array() }, cycles);
  }

  #program(data: number[]): void {
    const address = this.#address();
    if (data.length > PAGE_BYTES || (address % PAGE_BYTES) + data.length > PAGE_BYTES)
      throw new FlashError(`a program operation past the end of a page, at 0x${address.toString(16)}`);
    const operation = { kind: "program" as const, address, length: data.length, data: Uint8Array.from(data) };
    this.#begin(operation, PROGRAM_CYCLES);
  }

  #address(): number {
    if (this.#received.length <= ADDRESS_BYTES) throw new FlashError("a command without its address");
    return ((this.#received[1]! << 16) | (this.#received[2]! << 8) | this.#received[3]!) % FLASH_BYTES;
  }

  #begin(change: Pick<FlashOperation, "kind" | "address" | "length" | "data">, cycles: number): void {
    const start = this.now();
    const operation = { ...change, start, end: start + cycles };
    this.operations.push(operation);
    this.#busyUntil = operation.end;
    this.#writeEnabled = false;
    apply(this.bytes, operation);
    this.onChange();
  }

  /**
   * What the array would hold had the power been cut at `cycle`: operations that had ended are whole, one that had
   * begun is torn. `random` gives numbers in [0, 1) and decides how.
   */
  imageAt(cycle: number, random: () => number): Uint8Array {
    const image = this.#initial.slice();
    for (const operation of this.operations) {
      if (operation.end <= cycle) apply(image, operation);
      else if (operation.start <= cycle)
        tear(image, operation, (cycle - operation.start) / (operation.end - operation.start), random);
    }
    return image;
  }
}

function apply(image: Uint8Array, { kind, address, length, data }: FlashOperation): void {
  if (kind === "erase") image.fill(0xff, address, address + length);
  else for (let i = 0; i < length; i++) image[address + i]! &= data[i]!;
}

/**
 * An operation cut after `progress` (0 to 1). A torn erase leaves a part erased and the rest as it was or as noise: the
 * chip clears all bits before it sets them. A torn program leaves a prefix, or a random subset of the bits it was to
 * clear.
 */
function tear(
  image: Uint8Array,
  { kind, address, length, data }: FlashOperation,
  progress: number,
  random: () => number,
): void {
  const anyOrder = random() < 0.5;
  for (let i = 0; i < length; i++) {
    const reached = anyOrder ? random() < progress : i < progress * length;
    const at = address + i;
    const noise = Math.floor(random() * 256);
    if (kind === "erase") {
      if (reached) image[at] = 0xff;
      else if (anyOrder) image[at] = noise;
    } else if (reached) image[at]! &= data[i]!;
    else if (anyOrder) image[at]! &= data[i]! | noise;
  }
}
