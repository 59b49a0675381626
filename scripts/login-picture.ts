// `npm run picture`: logs in with the machine's own ssh and draws what the terminal showed: docs/login.svg from the
// Node server, docs/pico.svg from the emulated Raspberry Pi Pico. `npm run picture -- login` draws only the one.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { developmentCredentials } from "../host/node/credentials/development.js";
import { buildRp2040In } from "../boards/rp2040/firmware.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const KEY_PRESS_MS = 300;
const LINE_HEIGHT = 18;
const CHARACTER_WIDTH = 7.85;
const MARGIN = 18;

const folder = mkdtempSync(join(tmpdir(), "sesame-"));

interface Picture {
  /** What is drawn above what ssh has shown. */
  head: string[];
  /** What is typed in the shell. */
  commands: string[];
  /** Arguments of node for the server, which says on what port it listens. */
  server: () => string[];
}

const PICTURES: Record<string, Picture> = {
  login: {
    head: ["$ ssh -p 2222 admin@localhost", "admin@localhost's password:"],
    commands: ["help", "info", "led on", "exit"],
    server: () => [
      join(root, "dist/host/node/cli/main.js"),
      "serve",
      "--port",
      "0",
      "--host-key",
      join(folder, "host_key"),
    ],
  },
  pico: {
    head: ["$ ssh pico", "admin@pico's password:"],
    commands: ["info", "led on", "uptime", "exit"],
    server: () => [
      ...["--import", import.meta.resolve("tsx"), join(root, "boards/rp2040/emulator/main.ts")],
      ...firmware(),
    ],
  },
};

/** The emulator's options for firmware with the development credentials. */
function firmware(): string[] {
  const credentials = {
    userauth: "password",
    credentials: developmentCredentials("password"),
    development: true,
  } as const;
  return ["--port", "0", "--bin", buildRp2040In(join(root, "build", "boards", "picture"), "wasm2c", credentials).bin];
}

const wanted = process.argv.slice(2);
try {
  for (const [name, picture] of Object.entries(PICTURES)) {
    if (wanted.length === 0 || wanted.includes(name)) await take(name, picture);
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function take(name: string, { head, commands, server }: Picture): Promise<void> {
  const running = spawn(process.execPath, server(), { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const screen = await record(await portOf(running.stdout), commands);
    const lines = [...head, ...screen, "$ "];
    writeFileSync(join(root, `docs/${name}.svg`), draw(lines));
    console.log(`docs/${name}.svg: ${lines.length} lines`);
  } finally {
    running.kill();
  }
}

/** The port of the server's ready line. */
async function portOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const port = /listening on \S+:(\d+)/.exec(line)?.[1];
    if (port) return port;
  }
  throw new Error("the server did not start");
}

/** What `ssh` shows after the login, line by line. */
async function record(port: string, commands: string[]): Promise<string[]> {
  const askpass = join(folder, "askpass");
  writeFileSync(askpass, "#!/bin/sh\necho nano123\n", { mode: 0o700 });
  const ssh = spawn(
    "ssh",
    [
      "-tt",
      "-F",
      "/dev/null",
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "LogLevel=ERROR",
    ].concat(["-p", port, "admin@127.0.0.1"]),
    { env: { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" }, stdio: ["pipe", "pipe", "inherit"] },
  );
  let shown = "";
  ssh.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const closed = new Promise<number | null>((resolve) => ssh.on("close", resolve));
  await new Promise((resolve) => ssh.stdout.once("data", resolve));
  for (const command of commands) {
    ssh.stdin.write(`${command}\n`);
    await new Promise((resolve) => setTimeout(resolve, KEY_PRESS_MS));
  }
  if ((await closed) !== 0) throw new Error("ssh did not end well");
  return shown
    .replace(/\u001b\[[?0-9;]*[A-Za-z]/g, "")
    .trimEnd()
    .split(/\r?\n/);
}

function draw(lines: string[]): string {
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * CHARACTER_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.map((line, i) => {
    // No-break spaces, as not every viewer keeps the others.
    const text = line.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/ /g, "\u00a0");
    const styled = text.replace(
      /^(sesame&gt;\u00a0|\$\u00a0)(.*)$/,
      '<tspan class="prompt">$1</tspan><tspan class="typed">$2</tspan>',
    );
    return `<text x="${MARGIN}" y="${MARGIN + (i + 0.75) * LINE_HEIGHT}">${styled}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A login with OpenSSH">
<style>
text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d6deeb; white-space: pre; }
.prompt { fill: #7fdbca; }
.typed { fill: #ffffff; font-weight: bold; }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#10202f"/>
${rows.join("\n")}
</svg>
`;
}
