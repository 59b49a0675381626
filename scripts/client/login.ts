// A polite client's messages, step by step.

import { type KexinitOptions, Message, type RawClient } from "./client.js";
import { userauthRequest } from "./userauth.js";
import { boolean, string, uint32 } from "./wire.js";

/** What a polite client sends next, and how many messages of the server it awaits before it goes on. */
export interface Step {
  name: string;
  data: Buffer;
  awaits: number;
}

/** A whole session, step by step: each is made when what it awaits has been received. */
export function* politeLogin(
  client: RawClient,
  login: { authenticate: (client: RawClient) => Uint8Array; command?: string },
): Generator<Step, void, void> {
  yield* keyExchange(client);
  yield { name: "service request", data: client.send(Message.SERVICE_REQUEST, string("ssh-userauth")), awaits: 1 };
  yield { name: "none", data: client.packet(userauthRequest("admin", "none")), awaits: 1 };
  yield { name: "login", data: client.packet(login.authenticate(client)), awaits: 1 };
  const opened = [string("session"), uint32(7), uint32(100_000), uint32(32_768)];
  yield { name: "channel open", data: client.send(90, ...opened), awaits: 1 };
  const exec = [uint32(0), string("exec"), boolean(true), string(login.command ?? "echo hello")];
  yield { name: "exec", data: client.send(98, ...exec), awaits: 5 };
  yield { name: "channel close", data: client.send(97, uint32(0)), awaits: 0 };
  yield { name: "disconnect", data: client.send(1, uint32(11), string(""), string("")), awaits: 0 };
}

/** From the identification to the client's NEWKEYS. */
export function* keyExchange(client: RawClient, options: KexinitOptions = {}): Generator<Step, void, void> {
  yield { name: "identification", data: client.identification(), awaits: 1 };
  yield { name: "KEXINIT", data: client.packet(client.kexinit(options)), awaits: 0 };
  yield { name: "KEX_ECDH_INIT", data: client.packet(client.ecdhInit()), awaits: 2 };
  yield { name: "NEWKEYS", data: client.newKeys(), awaits: client.options.extInfo ? 1 : 0 };
}
