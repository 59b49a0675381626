// Which members of the enums follow each other: what the modules rely on when they compare with more than one of them.
// Whoever adds a member puts it inside or outside of these ranges.

import { ConnectionEvent, TransportEvent, UserauthStatus } from "./index";

/**
 * In the small userauth builds: from here on no request is judged any more. They know SUCCESS and what is below
 * `PENDING`, too.
 */
export const USERAUTH_OVER: UserauthStatus = UserauthStatus.PROTOCOL_ERROR;
/** The last status that is not SUCCESS in the small userauth builds. */
export const USERAUTH_LAST_REFUSAL: UserauthStatus = UserauthStatus.TOO_MANY_ATTEMPTS;

/** From here on the transport module takes nothing any more. */
export const TRANSPORT_OVER: TransportEvent = TransportEvent.CLOSED;

/**
 * Requests on a channel; names.ts has their names in this order, behind that of a session's channel, which is `OPEN`.
 */
export const FIRST_REQUEST: ConnectionEvent = ConnectionEvent.PTY_REQ;
export const LAST_REQUEST: ConnectionEvent = ConnectionEvent.BREAK;
/** From `FIRST_REQUEST` to here: requests with a value. */
export const LAST_WITH_VALUE: ConnectionEvent = ConnectionEvent.ENV;
/** Requests that start the session's program. */
export const FIRST_START: ConnectionEvent = ConnectionEvent.SHELL;
export const LAST_START: ConnectionEvent = ConnectionEvent.SUBSYSTEM;
