// The application's part in logins: what `authenticate` (server-options.ts) is asked, and what it may answer.
//
// In: the fields of a request that the full userauth build has read (docs/abi.md, "The host decides"). Out: a verdict for it.

import { UserauthStatus } from "../../assembly/abi.js";
import type { Method } from "./users-region.js";
import type { PendingRequest } from "./userauth-instance.js";

interface AnyRequest {
  /** Numbers the server's connections from 1. */
  connection: number;
  /** Address and port of the client. */
  remoteAddress: string;
  user: string;
  service: "ssh-connection";
}

/** RFC 4252 §8, or RFC 4256 with a prompt for the password. */
export interface PasswordRequest extends AnyRequest {
  method: "password" | "keyboard-interactive";
  /**
   * Secret, as the client's bytes, which RFC 4252 wants in UTF-8; wiped when the answer is there. Empty where keyboard-interactive asks for
   * a new password: the old one was right before.
   */
  password: Uint8Array;
  /** A new password in place of the old one, to be stored before "success"; "change-required" asks for another one. Secret, wiped. */
  newPassword?: Uint8Array;
}

/** RFC 4252 §7: a key that the module can use. */
export interface PublicKeyRequest extends AnyRequest {
  method: "publickey";
  /** Of the signature: "rsa-sha2-512", for example. */
  algorithm: string;
  /** The key blob of RFC 4253 §6.6. */
  publicKey: Uint8Array;
  /** The client has signed, and the signature is right. False for a query: "success" then says that the key may be used. */
  signatureVerified: boolean;
}

/** What an application decides about. */
export type AuthenticationRequest = PasswordRequest | PublicKeyRequest;

const VERDICTS = {
  success: UserauthStatus.SUCCESS,
  /** The method has succeeded; another one has to, too. */
  "partial-success": UserauthStatus.PARTIAL_SUCCESS,
  /** The password is right, but a new one has to come, or another one. */
  "change-required": UserauthStatus.CHANGE_REQUIRED,
  failure: UserauthStatus.FAILURE,
  "invalid-user": UserauthStatus.INVALID_USER,
  "invalid-password": UserauthStatus.INVALID_PASSWORD,
  "invalid-publickey": UserauthStatus.INVALID_PUBLICKEY,
} as const;

/** Those that are no success look the same to the client; the log tells them apart. */
export type Verdict = keyof typeof VERDICTS;

/** Decides about a request. It may take as long as the login time allows; a rejection is a failure. */
export type Authenticate = (request: AuthenticationRequest) => Promise<Verdict>;

/** Who asks. */
export interface Peer {
  connection: number;
  remoteAddress: string;
}

/** Asks the application. Rejects with what it rejects with. */
export async function askApplication(
  authenticate: Authenticate,
  peer: Peer,
  userName: Uint8Array,
  method: string,
  pending: PendingRequest,
): Promise<UserauthStatus> {
  const { password, newPassword, algorithm, publicKey, signatureVerified } = pending;
  try {
    const user = decodeUtf8(userName);
    if (user === undefined) return UserauthStatus.INVALID_USER;
    const any: AnyRequest = { ...peer, user, service: "ssh-connection" };
    const verdict = await authenticate(
      (method as Method) === "publickey"
        ? {
            ...any,
            method: "publickey",
            algorithm: Buffer.from(algorithm).toString("latin1"),
            publicKey,
            signatureVerified,
          }
        : {
            ...any,
            method: method as PasswordRequest["method"],
            password,
            ...(newPassword.length > 0 && { newPassword }),
          },
    );
    if (!Object.hasOwn(VERDICTS, verdict)) throw new TypeError(`authenticate answered ${JSON.stringify(verdict)}`);
    return VERDICTS[verdict];
  } finally {
    password.fill(0);
    newPassword.fill(0);
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
