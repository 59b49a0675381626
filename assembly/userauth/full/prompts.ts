// What the client shows to the user (RFC 4252 §8, RFC 4256 §3.2): the texts, each with its length before it.

import { counted } from "../../wire/ascii";
import { writeByte, writeString } from "../../wire/writer";

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
export const PASSWORD_PROMPT_PTR: usize = memory.data<u8>([...counted("Password: ")]);

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
export const NEW_PASSWORD_PROMPT_PTR: usize = memory.data<u8>([...counted("New password: ")]);

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
export const REPEAT_PROMPT_PTR: usize = memory.data<u8>([...counted("New password again: ")]);

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
export const EXPIRED_PTR: usize = memory.data<u8>([...counted("Your password has expired.")]);

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
export const UNACCEPTABLE_PTR: usize = memory.data<u8>([
  ...counted("The new password is too short, or it is the old one."),
]);

// @ts-expect-error AssemblyScript knows decorators of variables
@lazy
export const DIFFERENT_PTR: usize = memory.data<u8>([...counted("The new passwords differ.")]);

/** A text as a string of the payload. */
export function writeText(text: usize): void {
  writeString(text + 1, load<u8>(text));
}

/** A text as a prompt of RFC 4256 §3.2 whose answer is not shown. */
export function writePrompt(text: usize): void {
  writeText(text);
  writeByte(0);
}
