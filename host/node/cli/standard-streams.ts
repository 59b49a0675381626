// What becomes of the command when its standard streams fail: a pipe whose reader has gone, a full disk, a terminal
// that was closed.
//
// A log that cannot be written is lost. A command whose results cannot be written ends: without a word when nobody
// wants to read on, as with `sesame size | head -1`, and with an error otherwise. `serve` lives on, with or without
// somebody who reads.

const FAILURE = 1;

let outputMatters = true;

/**
 * Handles failures of the standard streams, which would otherwise end the process with a stack trace. `program` is who
 * says so.
 */
export function guardStandardStreams(program: string): void {
  process.stderr.on("error", () => {}); // there is nobody to be told
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!outputMatters) return;
    if (error.code === "EPIPE") process.exit();
    console.error(`${program}: the standard output cannot be written: ${error.message}`);
    process.exit(FAILURE);
  });
}

/** From now on the command goes on when its standard output fails, or looks after that itself. */
export function outliveStandardOutput(): void {
  outputMatters = false;
}
