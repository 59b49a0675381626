// Whether this build can serve the credentials region, whatever its bytes are: a region that passes here can make no
// request trap.
//
// In: the region, before the first request. Out: its length. What a hash costs is bounded by its memory alone: how many
// passes are too many is for the host to say, who knows the processor.

import { CREDENTIALS_CAPACITY } from "../../abi/capacities";
import { REGION_FORMAT } from "../../abi/region";
import { HAS_BANNER } from "./features";
import { SCRATCH_PTR } from "./request";
import {
  BANNER_LENGTH,
  FAILURE_LIMIT_PTR,
  findUser,
  FORMAT_PTR,
  LENGTH_PTR,
  OFFERED_METHODS_PTR,
  QUERY_LIMIT_PTR,
  REGION_PTR,
  REQUEST_LIMIT_PTR,
} from "./users";
import { isHashSupported } from "./verifier";

/** The banner's message goes before it, and the first answer waits behind it. */
const BANNER_CAPACITY: u32 = HAS_BANNER ? <u32>SCRATCH_PTR - 1 : 0;

/** See docs/abi.md: 0 for a region that this build cannot serve, and for one that admits nobody. */
export function credentialsLength(): u32 {
  const length = <u32>load<u16>(LENGTH_PTR);
  const limits = <u32>load<u8>(FAILURE_LIMIT_PTR) * <u32>load<u8>(QUERY_LIMIT_PTR) * <u32>load<u8>(REQUEST_LIMIT_PTR);
  const isRegion =
    load<u8>(FORMAT_PTR) == REGION_FORMAT &&
    length <= CREDENTIALS_CAPACITY &&
    load<u16>(BANNER_LENGTH) <= BANNER_CAPACITY &&
    limits != 0 &&
    load<u8>(OFFERED_METHODS_PTR) != 0 &&
    isHashSupported() &&
    findUser(0, 0) == REGION_PTR + length;
  return isRegion ? length : 0;
}
