// A thermometer on a computer: the device shell with two commands of its own. The password is "open sesame", unless PASSWORD says otherwise.
//
//     node server.js [PORT]
//     ssh -p 2222 keeper@127.0.0.1 temperature
//     ssh -t -p 2222 keeper@127.0.0.1 watch 5        every five seconds, until Ctrl-C

import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createDevice, createServer, encodeCredentials, loadHostKey, serveShell } from "sesame-ssh";

/** Where Linux says how warm the processor is, in thousandths of a degree. */
const SENSOR = process.env.SENSOR ?? "/sys/class/thermal/thermal_zone0/temp";

function measure() {
  return `${(Number(readFileSync(SENSOR, "utf8")) / 1000).toFixed(1)} degrees\n`;
}

const commands = {
  temperature: {
    help: "how warm it is",
    run: ({ output }) => output.write(measure()),
  },
  watch: {
    usage: "watch SECONDS",
    help: "how warm it is, again and again until Ctrl-C",
    audience: "administrators",
    async run({ words: [seconds], output, signal }) {
      if (!(Number(seconds) > 0)) throw new Error("how many seconds?"); // "watch: how many seconds?", and status 1
      for (;;) {
        await output.write(measure());
        await delay(Number(seconds) * 1000, undefined, { signal });
      }
    },
  },
};

const { hostKey } = loadHostKey("host_ed25519");
const credentials = encodeCredentials("password", {
  user: "keeper",
  password: process.env.PASSWORD ?? "open sesame",
});
const server = createServer({ hostKey, credentials });
const device = createDevice(server.modules);
server.on("session", (session) => serveShell(session, device, { commands }));
const { address, port } = await server.listen(Number(process.argv[2] ?? 2222));
console.log(`listening on ${address}:${port}`);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close());
