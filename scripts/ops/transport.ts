// The transport's part of `npm run ops`: one key exchange, then one packet of 1,000 bytes in each direction.
//
// The tests' client speaks to the module, with keys derived from its seed. In comes the module; out go counts.

import { strict as assert } from "node:assert";
import nacl from "tweetnacl";
import { TransportEvent } from "../../assembly/abi/index.js";
import { ModuleMemory, type TransportExports } from "../../host/node/modules.js";
import { AES_CTR, CIPHER_PAIRS } from "../client/ciphers.js";
import { type ClientOptions, Message, MLKEM768X25519, RawClient } from "../client/client.js";
import { keyExchange } from "../client/login.js";
import { bytes, string } from "../client/wire.js";
import { instantiateCounted, type Measure } from "../compile/instrument.js";

const PAYLOAD_BYTES = 1000;
const HOST_KEY = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(2));
const ENTROPY = new Uint8Array(32).fill(4);

/** The smallest transport's algorithms. */
export function runTransport(wasm: Uint8Array, measure: Measure): void {
  run(wasm, measure, {});
}

/** Every cipher, with a key exchange that says what it costs to begin with it; the post-quantum one once. */
export function runFullTransport(wasm: Uint8Array, measure: Measure): void {
  for (const pair of CIPHER_PAIRS) {
    const [cipher, mac] = pair;
    const name = AES_CTR.some((ctr) => ctr === cipher) ? `${cipher}, ${mac}` : cipher;
    const counts = (operation: string): boolean => /payload|NEWKEYS/.test(operation);
    run(
      wasm,
      (operation, ...rest) => {
        if (counts(operation)) measure(`${name}: ${operation}`, ...rest);
        else rest[1]();
      },
      { toServer: pair, toClient: pair },
    );
  }
  run(
    wasm,
    (operation, ...rest) => {
      if (operation === "KEX_ECDH_INIT") measure(`${MLKEM768X25519}: ${operation}`, ...rest);
      else rest[1]();
    },
    { kex: MLKEM768X25519 },
  );
}

function run(wasm: Uint8Array, measure: Measure, algorithms: ClientOptions): void {
  const module = instantiateCounted(wasm);
  const exports = module.exports as unknown as TransportExports;
  const memory = new ModuleMemory(exports.memory);
  const client = new RawClient({ seed: "ops", ...algorithms });

  /** Hands the stream over as a host does, and the output to the client. Returns the last event. */
  const feed = (stream: Uint8Array): TransportEvent => {
    let event = TransportEvent.CONTINUE;
    for (let offset = 0; offset < stream.length;) {
      const length = Math.min(exports.inputCapacity(), stream.length - offset);
      memory.writeInput(exports, stream.subarray(offset, offset + length));
      event = exports.receive(length);
      if (event >= TransportEvent.CLOSED) throw new Error(`ended, reason ${exports.disconnectReason()}`);
      offset += length;
    }
    client.receive(memory.read(exports.outputPtr(), exports.outputLength()));
    return event;
  };

  memory.writeInput(exports, ENTROPY);
  measure("makeHostKey", module, () => exports.makeHostKey(ENTROPY.length));
  memory.write(exports.hostKeyPtr(), 64, HOST_KEY.secretKey);
  memory.writeInput(exports, ENTROPY);
  measure("open", module, () => exports.open(ENTROPY.length));
  client.receive(memory.read(exports.outputPtr(), exports.outputLength()));

  for (const { name, data } of keyExchange(client)) measure(name, module, () => feed(data));
  feed(client.send(Message.SERVICE_REQUEST, string("ssh-userauth")));
  assert.deepEqual(client.takeNumbers().slice(-1), [Message.SERVICE_ACCEPT]);

  const payload = bytes(Message.USERAUTH_REQUEST, new Uint8Array(PAYLOAD_BYTES - 1));
  const packet = client.packet(payload);
  measure("1,000 bytes of payload in", module, () => assert.equal(feed(packet), TransportEvent.PAYLOAD));
  assert.deepEqual(memory.read(exports.payloadPtr(), exports.payloadLength()), Uint8Array.from(payload));
  memory.write(exports.sendPtr(), exports.sendCapacity(), payload);
  measure("1,000 bytes of payload out", module, () => exports.send(payload.length));
  client.receive(memory.read(exports.outputPtr(), exports.outputLength()));
  assert.deepEqual(Uint8Array.from(client.take()!), Uint8Array.from(payload));
}
