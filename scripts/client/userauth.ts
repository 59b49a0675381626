// The client's messages of RFC 4252 and RFC 4256.

import { sign as signWith } from "node:crypto";
import { Message } from "./client.js";
import type { SignatureOptions, TestKey } from "./keys/kinds.js";
import { privateKey, publicBytes } from "./keys/raw.js";
import { boolean, bytes, type Part, string, uint32 } from "./wire.js";

/** Where there is no transport to have one. */
export const SESSION_ID = new Uint8Array(32).map((_, index) => 255 - index);

/** RFC 4252 §5. */
export function userauthRequest(user: string | Uint8Array, method: string, ...fields: Part[]): Uint8Array {
  return bytes(Message.USERAUTH_REQUEST, string(user), string("ssh-connection"), string(method), ...fields);
}

/** RFC 4252 §8. */
export function passwordRequest(user: string | Uint8Array, password: string | Uint8Array): Uint8Array {
  return userauthRequest(user, "password", boolean(false), string(password));
}

export interface PublickeyFields {
  user?: string | Uint8Array;
  service?: string;
  method?: string;
  /** The algorithm's name in the request. */
  algorithm?: string;
  /** The type in the key blob. */
  blobType?: string;
  /** The type in the signature blob. */
  signatureType?: string;
  /** The key in the blob. Default: the signer's. */
  key?: Uint8Array;
  /** What is signed in front of the request. */
  sessionId: Uint8Array;
  /** 32 bytes: the signer's seed. */
  seed: Uint8Array;
  hasSignature?: number;
  /** Changes the signature after it was made. */
  alter?: (signature: Uint8Array) => Uint8Array;
}

/** RFC 4252 §7: a request with a signature. */
export function signedRequest(fields: PublickeyFields): Uint8Array {
  const { algorithm = "ssh-ed25519", signatureType = "ssh-ed25519", sessionId, seed, alter } = fields;
  const signed = publickeyHead({ ...fields, algorithm, hasSignature: fields.hasSignature ?? 1 });
  const made = signWith(null, bytes(string(sessionId), signed), privateKey("Ed25519", seed));
  return bytes(signed, string(bytes(string(signatureType), string(alter ? alter(made) : made))));
}

/** RFC 4252 §7: a request without one. */
export function queryRequest(fields: Omit<PublickeyFields, "sessionId">): Uint8Array {
  return publickeyHead({ ...fields, hasSignature: fields.hasSignature ?? 0 });
}

function publickeyHead(fields: Omit<PublickeyFields, "sessionId">): Uint8Array {
  const { user = "admin", service = "ssh-connection", method = "publickey", algorithm = "ssh-ed25519" } = fields;
  const key = fields.key ?? publicBytes(privateKey("Ed25519", fields.seed));
  return bytes(
    Message.USERAUTH_REQUEST,
    string(user),
    string(service),
    string(method),
    fields.hasSignature ?? 0,
    string(algorithm),
    string(bytes(string(fields.blobType ?? "ssh-ed25519"), string(key))),
  );
}

/** RFC 4252 §8: the request that changes a password. */
export function changeRequest(
  user: string,
  password: string | Uint8Array,
  newPassword: string | Uint8Array,
): Uint8Array {
  return userauthRequest(user, "password", boolean(true), string(password), string(newPassword));
}

/** RFC 4256 §3.1. */
export function interactiveRequest(user: string): Uint8Array {
  return userauthRequest(user, "keyboard-interactive", string(""), string(""));
}

/** RFC 4256 §3.4. */
export function infoResponse(...responses: (string | Uint8Array)[]): Uint8Array {
  return bytes(61, uint32(responses.length), ...responses.map((response) => string(response)));
}

/** RFC 4252 §7: a request without a signature. */
export function query(user: string, key: TestKey, algorithm = key.algorithm): Uint8Array {
  return userauthRequest(user, "publickey", boolean(false), string(algorithm), string(key.blob));
}

/** RFC 4252 §7: a request with the signature of `signer`, by default of the key itself. */
export function signed(user: string, key: TestKey, options: SignatureOptions = {}, signer: TestKey = key): Uint8Array {
  const head = userauthRequest(user, "publickey", boolean(true), string(key.algorithm), string(key.blob));
  const message = bytes(string(options.sessionId ?? SESSION_ID), head);
  return bytes(head, string(signer.sign(message, options)));
}
