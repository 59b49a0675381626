// Log lines, one an event: `name=value` pairs (logfmt), for people and for programs, or JSON.
//
// Of what a client sent, only numbers become part of a line: the reason of its SSH_MSG_DISCONNECT, and how many bytes.
// No password, no command, and no user name but one that is somebody's (people type passwords there by mistake): the
// full userauth build logs those. An application's errors say what the application lets them.

/** One event of the log. */
export interface LogEntry {
  event: string;
  [field: string]: string | number | boolean | undefined;
}

/** Takes one event. */
export type Log = (entry: LogEntry) => void;

/** One line, without the newline; a value with blanks, quotes or other than ASCII's characters is quoted as in JSON. */
export function formatLogEntry(entry: LogEntry, time: Date = new Date()): string {
  const fields: Record<string, LogEntry[string]> = { time: time.toISOString(), ...entry };
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(String(value))}`)
    .join(" ");
}

/** The same as a JSON object, for programs; numbers and truth values stay what they are. */
export function formatLogEntryAsJson(entry: LogEntry, time: Date = new Date()): string {
  return asciiJson({ time: time.toISOString(), ...entry });
}

function formatValue(value: string): string {
  return /^[\x21\x23-\x3c\x3e-\x7e]+$/.test(value) ? value : asciiJson(value);
}

/** Nothing in it moves a terminal's cursor or the direction of its text. */
function asciiJson(value: unknown): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, escape);
}
