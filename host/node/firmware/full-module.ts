// What the firmware has to know of a full userauth build before it has an instance: read from the module itself.

import { userauthFor } from "../../../assembly/abi/builds.js";
import { compileModule, isFullUserauth, readSignatureAlgorithms } from "../modules.js";
import { BoardBuildError } from "./build-error.js";

/** The full build's module for boards, without `.wasm`. */
export const BOARD_USERAUTH = userauthFor("board", "full");

export interface FullModuleFacts {
  /** Bytes of the credentials region. */
  credentialsCapacity: number;
  /** The public key algorithms that it verifies. */
  signatureAlgorithms: string[];
}

/** Throws a `BoardBuildError` for a module that is not of the full build. */
export function readFullModule(wasm: Uint8Array): FullModuleFacts {
  const { exports, memory } = compileModule("userauth", wasm).instantiate();
  if (!isFullUserauth(exports)) throw new BoardBuildError("the module is not a full userauth build");
  return {
    credentialsCapacity: exports.credentialsCapacity() >>> 0,
    signatureAlgorithms: readSignatureAlgorithms({ exports, memory }),
  };
}
