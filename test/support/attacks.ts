// Hostile clients as lists of steps, for whatever carries bytes to a server: noise, a recorded session damaged on the
// wire, a live one that goes wrong at some point, and a client that keeps the keys and says nonsense under them. What
// they do follows from a seed.

import { keyExchange, politeLogin, type Step } from "../../scripts/client/login.js";
import { Message, type PacketOptions, RawClient } from "../../scripts/client/client.js";
import { passwordRequest, userauthRequest } from "../../scripts/client/userauth.js";
import { Random } from "./random.js";
import { PASSWORD, USER } from "./server.js";
import { concatenate, recordLogin } from "./session.js";
import { boolean, bytes, string, uint32 } from "../../scripts/client/wire.js";

const MOST_NOISE_BYTES = 6_000;
/** A payload after damage: a little more than a server takes. */
const LARGEST_PAYLOAD_BYTES = 5_000;
const MOST_LINES = 150;
/** A login in order follows as many attacks. */
const ATTACKS_PER_LOGIN = 20;

const RECORDED = concatenate(recordLogin({}, { authenticate: () => passwordRequest(USER, PASSWORD) }).steps);
const COMMANDS = [
  "echo hello",
  "cat",
  "info",
  "help",
  "uart",
  "credentials x",
  "led on",
  "exit 3",
  "no such thing",
  "",
];
const KEYS = ["\r", "\n", "\t", "\x7f", "\x03", "\x04", "\x1b[A", "\x1b[D", "\x1b[3~", "\x1b[200;1;9H", "\x1d", "é"];
const NUMBERS = [0, 1, 7, 255, 4_096, 32_768, 0x7fff_ffff, 0xffff_ffff];

/** Flips a bit, inserts, deletes, repeats, cuts off, or puts noise behind. */
function damaged(data: Uint8Array, random: Random): Uint8Array {
  const at = random.below(data.length + 1);
  const [before, behind] = [data.subarray(0, at), data.subarray(at)];
  switch (random.below(6)) {
    case 0: {
      const altered = Uint8Array.from(data);
      if (behind.length > 0) altered[at] = altered[at]! ^ (1 << random.below(8));
      return altered;
    }
    case 1:
      return bytes(before, random.bytes(1 + random.below(8)), behind);
    case 2:
      return bytes(before, behind.subarray(1 + random.below(8)));
    case 3:
      return bytes(before, before, behind);
    case 4:
      return before;
    default:
      return bytes(before, random.bytes(random.below(MOST_NOISE_BYTES)));
  }
}

/** A client that damages what it says under the session's keys, once in a while, before it seals it. */
export class HostileClient extends RawClient {
  /** One payload of so many is damaged. */
  readonly #rarity: number;

  /**
   * `attempts` are what the client may try before it logs in, one payload after the other, besides what any client may.
   */
  constructor(
    readonly random: Random,
    readonly attempts: readonly ((client: HostileClient) => Uint8Array[])[] = [],
  ) {
    super({ seed: `attack ${random.next()}` });
    this.#rarity = random.pick([3, 10, 1_000]);
  }

  override packet(payload: Uint8Array, options: PacketOptions = {}): Buffer {
    const { random } = this;
    if (!this.clientToServer.keys || !random.chance(this.#rarity)) return super.packet(payload, options);
    const nonsense = [{ lengthField: random.next() }, { paddingField: random.below(256) }, { corruptTagAt: 0 }];
    return super.packet(
      damaged(payload, random).subarray(0, LARGEST_PAYLOAD_BYTES),
      random.chance(20) ? random.pick(nonsense) : options,
    );
  }
}

/** What the client does, until it goes away. */
export function attack(client: HostileClient): Generator<Step, void, void> {
  return client.random.pick([noise, recording, brokenOff, session, session])(client);
}

const sent = (data: Uint8Array, awaits = 0): Step => ({ name: "attack", data: Buffer.from(data), awaits });

function* noise({ random }: HostileClient): Generator<Step, void, void> {
  if (random.chance(2)) yield sent(Buffer.from("SSH-2.0-noise\r\n"));
  for (let pieces = random.below(4); pieces >= 0; pieces--) yield sent(random.bytes(random.below(MOST_NOISE_BYTES)));
}

function* recording({ random }: HostileClient): Generator<Step, void, void> {
  let stream: Uint8Array = RECORDED;
  for (let times = random.below(3); times >= 0; times--) stream = damaged(stream, random);
  yield sent(stream, 3);
}

/** A session in order up to some step, and then damage on the wire. */
function* brokenOff(client: HostileClient): Generator<Step, void, void> {
  let left = client.random.below(9);
  const authenticate = (): Uint8Array => passwordRequest(USER, PASSWORD);
  for (const step of politeLogin(client, { authenticate, command: client.random.pick(COMMANDS) })) {
    yield left > 0 ? step : sent(damaged(step.data, client.random), 1);
    if (left-- === 0) break;
  }
  yield* noise(client);
}

/** A session whose payloads are those of any client, in an order of its own. */
function* session(client: HostileClient): Generator<Step, void, void> {
  const { random } = client;
  yield* keyExchange(client);
  yield sent(client.send(Message.SERVICE_REQUEST, string("ssh-userauth")), 1);
  for (let attempts = random.below(4 + client.attempts.length); attempts > 0; attempts--) {
    const wrong = [
      () => [passwordRequest(USER, random.bytes(random.below(200)))],
      () => [userauthRequest(USER, "none")],
      () => [strange(random)],
      ...client.attempts,
    ];
    for (const payload of random.pick(wrong)(client)) yield sent(client.packet(payload), 1);
  }
  yield sent(client.packet(passwordRequest(USER, PASSWORD)), 1);
  yield sent(client.send(90, string("session"), uint32(7), uint32(random.pick(NUMBERS)), uint32(32_768)), 1);
  if (random.chance(2)) {
    const size = [uint32(random.pick(NUMBERS)), uint32(random.pick(NUMBERS)), uint32(0), uint32(0)];
    yield sent(client.packet(request("pty-req", string("xterm"), ...size, string(""))), 1);
    yield sent(client.packet(request("shell")), 1);
  } else {
    yield sent(client.packet(request("exec", string(random.pick(COMMANDS)))), 1);
  }
  for (let lines = random.below(MOST_LINES); lines > 0; lines--) yield sent(client.packet(channelMessage(random)));
}

function request(type: string, ...fields: Uint8Array[]): Uint8Array {
  return bytes(98, uint32(0), string(type), boolean(true), ...fields);
}

function channelMessage(random: Random): Uint8Array {
  switch (random.below(10)) {
    case 0:
      return strange(random);
    case 1:
      return bytes(93, uint32(random.below(3)), uint32(random.pick(NUMBERS)));
    case 2: {
      const size = Array.from({ length: 4 }, () => uint32(random.pick(NUMBERS)));
      return request("window-change", ...size);
    }
    case 3:
      return bytes(random.pick([96, 97]), uint32(random.below(2)));
    case 4:
      return bytes(94, uint32(0), string(random.bytes(random.below(500))));
    default: {
      const typed = Array.from({ length: 1 + random.below(12) }, () => random.pick([...KEYS, ...COMMANDS]));
      return bytes(94, uint32(0), string(typed.join("")));
    }
  }
}

/** Any message number, and fields that may or may not belong to it. */
function strange(random: Random): Uint8Array {
  const fields = Array.from({ length: random.below(6) }, () =>
    random.pick([uint32(random.pick(NUMBERS)), string("session"), string(""), random.bytes(random.below(20))]),
  );
  return bytes(random.below(256), ...fields);
}

/** How much longer than asked attacks may go on until they are `enough`. */
const EXTRA_SECONDS = 60;

/**
 * Makes attacks until the time is over and they are `enough`, each with a seed of its own from `seed` on; `check` comes
 * now and then, and in the end. A slow machine makes few in the time, so what they have to reach is asked of `enough`,
 * which ends in vain after EXTRA_SECONDS. Returns how many.
 */
export async function attackFor(
  seconds: number,
  seed: number,
  attackOnce: (random: Random) => void | Promise<void>,
  check: () => void | Promise<void>,
  enough: () => boolean = () => true,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  const ongoing = (): boolean => performance.now() < (enough() ? end : end + EXTRA_SECONDS * 1_000);
  let count = 0;
  for (; ongoing(); count++) {
    const random = new Random(seed + count);
    try {
      await attackOnce(random);
      if (count % ATTACKS_PER_LOGIN === 0) await check();
    } catch (error) {
      throw new Error(`attack ${count}, seed ${random.seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  await check();
  return count;
}
