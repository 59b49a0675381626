/** The command line makes no sense: exit code 2. The message is for the person at the prompt. */
export class UsageError extends Error {
  override name = "UsageError";
}
