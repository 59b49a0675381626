/** A key that cannot be used; the message is meant for the person who gave it. */
export class KeyFormatError extends Error {
  override name = "KeyFormatError";
}
