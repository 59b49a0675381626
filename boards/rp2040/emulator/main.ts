// `npm run emulate:rp2040 -- --port N`: runs a board's firmware in the emulated Pico and gives its two serial ports to
// TCP: the SSH byte stream to --port, the console to --serial-port. Prints `listening on HOST:PORT` when the device has
// enumerated.
//
// Exit codes: 0 it was ended or entered boot mode, 1 it failed, 2 the command line is wrong.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { guardStandardStreams, outliveStandardOutput } from "../../../host/node/cli/standard-streams.js";
import { packageRoot } from "../../../host/node/modules.js";
import { bridge } from "./bridge.js";
import { ENTROPY_KINDS, entropyBits } from "./entropy.js";
import type { EntropyKind } from "./entropy.js";
import { keepFlashFile, readFlashFile } from "./flash-file.js";
import { Pico } from "./pico.js";
import { ENGINES } from "../../../host/node/firmware/embed-module.js";

const FAILURE = 1;
const USAGE = 2;

interface Options {
  port: number;
  serialPort: number;
  engine: string;
  bin?: string;
  flash?: string;
  entropy: EntropyKind;
  baudRate: number;
  verbose?: true;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("not a number");
  return value;
}

const program = new Command("emulate:rp2040")
  .description("Runs the Raspberry Pi Pico firmware in an emulator and gives its serial ports to TCP on 127.0.0.1")
  .requiredOption("--port <number>", "TCP port of the SSH byte stream; 0 for any free one", integer)
  .option("--serial-port <number>", "TCP port of the serial console; any free one without", integer, 0)
  .addOption(new Option("--engine <name>", "whose firmware to run").choices(ENGINES).default("wasm2c"))
  .option("--bin <file>", "the firmware to run instead of build/boards/rp2040/ENGINE/sesame.bin")
  .option("--flash <file>", "keeps the flash in this file between runs")
  .addOption(
    new Option("--entropy <kind>", "quality of the ring oscillator's bits").choices(ENTROPY_KINDS).default("good"),
  )
  .option("--baud-rate <number>", "line coding that is set on the console", integer, 115200)
  .option("--verbose", "shows UART0, the LED and resets on standard error")
  .exitOverride();

guardStandardStreams(program.name());
outliveStandardOutput(); // the board runs on when nobody reads where it listens
try {
  await emulate(program.parse().opts<Options>());
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  else fail(error as Error);
}

async function emulate(options: Options): Promise<void> {
  const bin = options.bin ?? join(packageRoot(), "build", "boards", "rp2040", options.engine, "sesame.bin");
  if (!existsSync(bin)) throw new Error(`${bin} does not exist: npm run board:rp2040 builds it`);
  const flash = options.flash === undefined ? undefined : readFlashFile(options.flash);
  const pico = new Pico({
    firmware: readFileSync(bin),
    entropy: entropyBits(options.entropy),
    ...(flash && { flash }),
    ...(options.verbose && { log: (line) => note(pico, line) }),
  });
  const writeFlash = options.flash === undefined ? (): void => {} : keepFlashFile(options.flash, pico.flash);
  const [sshPort, consolePort] = pico.usb.ports;
  consolePort.baudRate = options.baudRate;
  const ssh = await bridge(sshPort, options.port);
  const serial = await bridge(consolePort, options.serialPort).catch((error: unknown) => {
    ssh.close();
    throw error;
  });

  const end = (): void => {
    pico.stop();
    ssh.close();
    serial.close();
    writeFlash();
    process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM");
  };
  process.on("SIGINT", end).on("SIGTERM", end);
  pico.on("error", (error) => {
    end();
    fail(error);
  });
  pico.on("boot mode", () => {
    console.log("in boot mode: a board would now wait for an image to be copied to it");
    end();
  });
  if (options.verbose) show(pico);

  let ready = false;
  pico.usb.onEnumerated = () => {
    if (ready) return;
    ready = true;
    console.log(`console on ${serial.host}:${serial.port}`);
    console.log(`listening on ${ssh.host}:${ssh.port}`);
  };
  pico.start();
}

function show(pico: Pico): void {
  let line = "";
  pico.on("led", (on) => note(pico, `LED ${on ? "on" : "off"}`));
  pico.on("uart", (byte) => {
    const character = String.fromCharCode(byte);
    if (character !== "\n") line += character;
    else {
      note(pico, `UART0: ${line.trimEnd()}`);
      line = "";
    }
  });
}

function note(pico: Pico, line: string): void {
  console.error(`${pico.seconds.toFixed(6)} ${line}`);
}

function fail(error: Error): void {
  console.error(`emulate:rp2040: ${error.message}`);
  process.exitCode = FAILURE;
}
