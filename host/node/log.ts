// Log lines in logfmt: one line an event, `name=value` pairs, for people and for programs.
//
// Of what a client sent, only numbers become part of a line: the reason of its SSH_MSG_DISCONNECT, and how many bytes. No password, no
// command, and no user name but one that is somebody's (people type passwords there by mistake): the full userauth build logs those.
// An application's errors say what the application lets them.

/** One event of the log. */
export interface LogEntry {
  event: string;
  [field: string]: string | number | boolean | undefined;
}

/** Takes one event. */
export type Log = (entry: LogEntry) => void;

/** One line, without the newline; a value with blanks, quotes or other than ASCII's characters is quoted as in JSON. */
export function formatLogEntry(entry: LogEntry, time: Date = new Date()): string {
  const pairs: string[] = [];
  const fields: Record<string, LogEntry[string]> = { time: time.toISOString(), ...entry };
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) pairs.push(`${name}=${formatValue(String(value))}`);
  }
  return pairs.join(" ");
}

function formatValue(value: string): string {
  if (/^[\x21\x23-\x3c\x3e-\x7e]+$/.test(value)) return value;
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, escape);
}
