// How far the login of one connection is: what the module says, as the application and the log are told it.

import type { Circumstances } from "./authentication.js";
import { blobFingerprint } from "../credentials/openssh-keys.js";
import { hasSucceeded } from "./instance.js";
import type { Outcome } from "./instance.js";
import { METHODS } from "../credentials/users-region.js";

/** Of each outcome it is told first (`follow`), then asked. */
export class Progress {
  #achieved = 0;
  #flushed = false;
  /** Of the signed request about which the application decides. */
  #key: Uint8Array | undefined;

  follow({ achieved = 0, request }: Outcome): void {
    if ((this.#achieved & ~achieved) !== 0) this.#flushed = true;
    this.#achieved = achieved;
    if (request) this.#key = request.signatureVerified ? request.publicKey : undefined;
  }

  /** What the application is told, once. */
  told({ achieved = 0 }: Outcome): Pick<Circumstances, "achieved" | "flushed"> {
    const flushed = this.#flushed;
    this.#flushed = false;
    return { achieved: METHODS.filter((_, index) => (achieved >> (1 + index)) & 1), flushed };
  }

  /** The fingerprint of the key with which the request has just succeeded. */
  keyOf({ method, status, verifiedKey }: Outcome): string | undefined {
    if (method !== "publickey" || !hasSucceeded(status)) return undefined;
    const blob = verifiedKey?.length ? verifiedKey : this.#key;
    return blob && blobFingerprint(blob);
  }
}
