// What a command says when it fails: to the person at the prompt.

/** The command line makes no sense: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** What went wrong, and what there is on the command line to do about it. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return causedBy(error, "PermissionsError")
    ? `${error.message} (or take it as it is: --no-strict-modes)`
    : error.message;
}

function causedBy(error: unknown, name: string): boolean {
  return error instanceof Error && (error.name === name || causedBy(error.cause, name));
}
