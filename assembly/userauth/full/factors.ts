// RFC 4252 §5.1: which methods a user still needs. A user's alternatives are lists of methods in order; one that is
// completed admits.
//
// A list is one byte, two bits for each method, the first one lowest. What has been achieved is such a number as well:
// a list that begins with it can be completed, one that is equal to it is.

import { ALTERNATIVE_COUNT, ALTERNATIVES_PTR, HOST_METHODS_PTR, isKnown, OFFERED_METHODS_PTR, user } from "./users";
import { HAS_HOST_DECISIONS, HAS_MULTI_FACTOR } from "./features";
import { ALL_METHODS } from "./methods/index";
import { userName } from "./request";

let achieved: u32 = 0;
let achievedBits: u32 = 0;
let achievedSet: u32 = 0;

/** The set of methods that the user of the last request has achieved, until they are forgotten. */
export function achievedMethods(): u32 {
  return achievedSet;
}

/** Another user, or another service: RFC 4252 §5 has everything forgotten. */
export function flushAchieved(): void {
  achieved = achievedBits = achievedSet = 0;
}

/** The methods that bring the user further. The same instructions for all users. */
export function usefulMethods(): u32 {
  let methods: u32 = 0;
  let n: u32 = ALTERNATIVE_COUNT;
  do {
    const list = <u32>load<u8>(user + --n, ALTERNATIVES_PTR);
    if (HAS_MULTI_FACTOR) {
      const begins = u32(!((list ^ achieved) & ~(-1 << achievedBits)));
      methods |= begins << ((list >> achievedBits) & 3);
    } else {
      // a list of more than one method counts for nothing: this build would be content with the first
      methods |= u32(list < 4) << (list & 3);
    }
  } while (n);
  // bit 0 is of lists that end here, and of places without a list
  return methods & ALL_METHODS;
}

/** The methods that a failure names. Until something is achieved they are the same for everybody. */
export function continuingMethods(): u32 {
  if (HAS_MULTI_FACTOR && achievedSet && isKnown) return usefulMethods();
  return load<u8>(OFFERED_METHODS_PTR) & ALL_METHODS & ~achievedSet;
}

/** Whether the host decides about this method of this user, who has a name. */
export function isHostDecided(method: u32): bool {
  return HAS_HOST_DECISIONS && ((load<u8>(HOST_METHODS_PTR + isKnown) >> method) & 1) != 0 && load<u8>(userName) != 0;
}

/**
 * 1 if a success of the method brings the user further, else 0. For those that are not in the table the host alone
 * decides.
 */
export function isUseful(method: u32): u32 {
  const methods = usefulMethods() | (HAS_HOST_DECISIONS ? (isKnown - 1) & load<u8>(HOST_METHODS_PTR) : 0);
  return (methods >> method) & 1;
}

/** The useful method has succeeded: whether that is all that is needed. */
export function achieve(method: u32): bool {
  if (!HAS_MULTI_FACTOR) return true;
  achieved |= method << achievedBits;
  achievedBits += 2;
  achievedSet |= 1 << method;
  if (HAS_HOST_DECISIONS && !isKnown) return true;
  let completed: u32 = 0;
  let n: u32 = ALTERNATIVE_COUNT;
  do completed |= u32(load<u8>(user + --n, ALTERNATIVES_PTR) == achieved);
  while (n);
  return completed != 0;
}
