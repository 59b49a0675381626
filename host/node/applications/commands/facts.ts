// version, info, uptime and free.

import { getHeapStatistics } from "node:v8";
import { packageVersion } from "../../package-root.js";
import type { CommandTable } from "../command.js";
import type { Device } from "../device.js";
import { duration } from "../duration.js";

const LABEL_WIDTH = 24;

function describeVersion(): string {
  const { version, versions, platform, arch } = process;
  return `sesame ${packageVersion()}, V8 ${versions.v8}, Node ${version} on ${platform} ${arch}\n`;
}

function describeModules({ modules }: Device): string {
  const list = [modules.transport, modules.userauth, modules.connection];
  const sizes = (name: string, bytes: number, memoryBytes: number): string =>
    `${name.padEnd(LABEL_WIDTH)} ${String(bytes).padStart(6)} bytes  ${String(memoryBytes).padStart(6)} bytes of memory`;
  const lines = list.map(
    ({ name, bytes, memoryBytes, sha256 }) => `${sizes(name, bytes, memoryBytes)}  sha256 ${sha256}\n`,
  );
  const bytes = list.reduce((sum, module) => sum + module.bytes, 0);
  const memory = list.reduce((sum, module) => sum + module.memoryBytes, 0);
  return `${lines.join("")}${sizes("together", bytes, memory)}\n`;
}

function describeMemory(): string {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const label = (text: string): string => text.padEnd(LABEL_WIDTH + 1);
  return `${label("heap")}${used} of ${limit} bytes\n${label("resident")}${process.memoryUsage.rss()} bytes\n`;
}

export const factsCommands: CommandTable = {
  version: { help: "what runs here", run: ({ output }) => void output.write(describeVersion()) },
  info: {
    help: "modules, sizes, SHA-256, memory in use",
    run: ({ device, output }) => void output.write(describeModules(device)),
  },
  uptime: {
    help: "time since the start",
    run: ({ device, output }) => void output.write(`up ${duration(performance.now() - device.startedAt)}\n`),
  },
  free: {
    help: "memory: how much was in use, and how much there is",
    run: ({ output }) => void output.write(describeMemory()),
  },
};
