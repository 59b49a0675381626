// Log lines in logfmt: one line an event, `name=value` pairs, for people and for programs.
//
// Nothing that a client sent becomes part of a line: no user name (people type passwords there by mistake), no password, no command.

/** One event of the log. */
export interface LogEntry {
  event: string;
  [field: string]: string | number | boolean | undefined;
}

/** Takes one event. */
export type Log = (entry: LogEntry) => void;

/** One line, without the newline; a value with blanks, quotes or control characters is quoted as in JSON. */
export function formatLogEntry(entry: LogEntry, time: Date = new Date()): string {
  const pairs: string[] = [];
  const fields: Record<string, LogEntry[string]> = { time: time.toISOString(), ...entry };
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) pairs.push(`${name}=${formatValue(String(value))}`);
  }
  return pairs.join(" ");
}

function formatValue(value: string): string {
  return /^[\x21\x23-\x3c\x3e-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}
