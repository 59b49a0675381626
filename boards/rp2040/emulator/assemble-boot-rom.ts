// `npx tsx boards/rp2040/emulator/assemble-boot-rom.ts`: assembles boot-rom.S with the cross binutils and writes
// boot-rom.ts, which is kept in the repository so that the emulator needs no toolchain.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("boot-rom.S", import.meta.url));
const TARGET = fileURLToPath(new URL("boot-rom.ts", import.meta.url));
const LINE_CHARACTERS = 112;

/** The bytes of boot-rom.S, as binutils assembles and links it at address 0. */
export function assembleBootRom(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "sesame-rom-"));
  try {
    const [object, elf, binary] = ["rom.o", "rom.elf", "rom.bin"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    execFileSync("arm-none-eabi-as", ["-o", object, SOURCE]);
    execFileSync("arm-none-eabi-ld", ["-Ttext=0", "--entry=0", "-o", elf, object]);
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", elf, binary]);
    return readFileSync(binary);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rom = assembleBootRom();
  const lines = rom.toString("base64").match(new RegExp(`.{1,${LINE_CHARACTERS}}`, "g")) ?? [];
  const listing = lines.map((line) => `  "${line}",`).join("\n");
  writeFileSync(
    TARGET,
    `// boot-rom.S, assembled by assemble-boot-rom.ts: ${rom.length} bytes. Do not edit.

const BASE64 = [
${listing}
];

/** The boot ROM of the emulated Pico, from address 0. */
export const BOOT_ROM = Buffer.from(BASE64.join(""), "base64");
`,
  );
  console.log(`boards/rp2040/emulator/boot-rom.ts: ${rom.length} bytes`);
}
