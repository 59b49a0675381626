/** A build of firmware that did not succeed; the message is for the person at the prompt. */
export class BoardBuildError extends Error {
  override name = "BoardBuildError";
}
