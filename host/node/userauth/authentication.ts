// The application's part in logins: what `authenticate` (server/options.ts) is asked, and what it may answer.
//
// In: the fields of a request that the full userauth build has read (docs/abi.md, "The host decides"). Out: a verdict
// for it.

import { UserauthStatus } from "../../../assembly/abi/index.js";
import type { Permissions } from "./permissions.js";
import type { Method } from "../credentials/users-region.js";
import type { PendingRequest } from "./instance.js";

interface AnyRequest {
  /** Numbers the server's connections from 1. */
  connection: number;
  /** Address and port of the client. */
  remoteAddress: string;
  user: string;
  service: "ssh-connection";
  /**
   * What this user has achieved on this connection before ("partial-success"): the module keeps count, and forgets it
   * with the name.
   */
  achieved: readonly Method[];
  /**
   * Since the last request that was decided about, what had been achieved was forgotten: another user or another
   * service was named.
   */
  flushed: boolean;
  /**
   * Aborted when nobody waits for the answer any more. Until it is there, the request holds its place among those
   * before login.
   */
  signal: AbortSignal;
}

/** RFC 4252 §8, or RFC 4256 with a prompt for the password. */
export interface PasswordRequest extends AnyRequest {
  method: "password" | "keyboard-interactive";
  /** 1 to 127 bytes of UTF-8 without NUL. Secret; wiped when the answer is there. */
  password: Uint8Array;
  /**
   * The same: in place of the old one, to be stored before "success"; "change-required" asks for another one. Secret,
   * wiped.
   */
  newPassword?: Uint8Array;
  oldPasswordVerified?: undefined;
}

/**
 * The answer to "change-required" by RFC 4256: in this conversation `authenticate` has found the old password right, so
 * there is none.
 */
export interface NewPasswordRequest extends AnyRequest {
  method: "keyboard-interactive";
  password?: undefined;
  newPassword: Uint8Array;
  oldPasswordVerified: true;
}

/** RFC 4252 §7: a key that the module can use. */
export interface PublicKeyRequest extends AnyRequest {
  method: "publickey";
  /** Of the signature: "rsa-sha2-512", for example. */
  algorithm: string;
  /** The key blob of RFC 4253 §6.6. */
  publicKey: Uint8Array;
  /**
   * The client has signed, and the signature is right. False for a query: "success" then says that the key may be used.
   */
  signatureVerified: boolean;
  password?: undefined;
  newPassword?: undefined;
}

/** What an application decides about. */
export type AuthenticationRequest = PasswordRequest | NewPasswordRequest | PublicKeyRequest;

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

/**
 * A verdict, and what the user may do when it is the one that lets in: that of the users' table does not count then.
 */
export interface Admission extends Permissions {
  verdict: Verdict;
}

/** Decides about a request. It may take as long as the login time allows; a rejection is a failure. */
export type Authenticate = (request: AuthenticationRequest) => Promise<Verdict | Admission>;

/** What the application has answered. */
export interface Decision {
  status: UserauthStatus;
  permissions?: Permissions;
}

/** Who asks. */
export interface Peer {
  connection: number;
  remoteAddress: string;
  /** Whose turns its work has (`sourceOf`). */
  source: string;
}

/** What an application is told beside the fields of a request. */
export type Circumstances = Pick<AnyRequest, "connection" | "remoteAddress" | "achieved" | "flushed" | "signal">;

/**
 * Asks the application. Rejects with what it rejects with. Names and passwords that are no text do not get here: the
 * module refuses them.
 */
export async function askApplication(
  authenticate: Authenticate,
  circumstances: Circumstances,
  user: string,
  method: string,
  pending: PendingRequest,
): Promise<Decision> {
  const { password, newPassword } = pending;
  try {
    const any: AnyRequest = { ...circumstances, user, service: "ssh-connection" };
    const answer = await authenticate({ ...any, ...fieldsOf(method as Method, pending) });
    const { verdict, ...permissions }: Admission = typeof answer === "object" ? answer : { verdict: answer };
    if (!Object.hasOwn(VERDICTS, verdict)) throw new TypeError(`authenticate answered ${JSON.stringify(answer)}`);
    return { status: VERDICTS[verdict], ...(typeof answer === "object" && { permissions }) };
  } finally {
    password.fill(0);
    newPassword.fill(0);
  }
}

type Fields<Request> = Request extends AnyRequest ? Omit<Request, keyof AnyRequest> : never;

function fieldsOf(method: Method, pending: PendingRequest): Fields<AuthenticationRequest> {
  const { password, newPassword, algorithm, publicKey, signatureVerified } = pending;
  if (method === "publickey") {
    return { method, algorithm: Buffer.from(algorithm).toString("latin1"), publicKey, signatureVerified };
  }
  if (newPassword.length === 0) return { method, password };
  return method === "keyboard-interactive"
    ? { method, newPassword, oldPasswordVerified: true }
    : { method, password, newPassword };
}
