// What the application is told with an event: fields of the client's message, which lie in the input buffer.

import { readBytes, readString, readUint32, stringLength } from "../wire/reader";

let channelNumber: u32 = 0;
let textPtr: usize = 0;
let textLength: u32 = 0;
let secondPtr: usize = 0;
let secondLength: u32 = 0;
let terminalColumns: u32 = 0;
let terminalRows: u32 = 0;

/** Our number of the channel that the event is about. */
export function eventChannel(): u32 {
  return channelNumber;
}

/** PTY_REQ: terminal name; ENV: variable's name; EXEC: command; SUBSYSTEM, SIGNAL: name; DATA: the bytes. */
export function eventPtr(): usize {
  return textPtr;
}

export function eventLength(): u32 {
  return textLength;
}

/** ENV: the variable's value; PTY_REQ: the encoded terminal modes of RFC 4254 §8. */
export function valuePtr(): usize {
  return secondPtr;
}

export function valueLength(): u32 {
  return secondLength;
}

/** PTY_REQ and WINDOW_CHANGE, in characters; BREAK: its length in milliseconds. */
export function columns(): u32 {
  return terminalColumns;
}

export function rows(): u32 {
  return terminalRows;
}

export function setEventChannel(number: u32): void {
  channelNumber = number;
}

export function readEventString(): void {
  textPtr = readString();
  textLength = stringLength;
}

export function readValue(): void {
  secondPtr = readString();
  secondLength = stringLength;
}

export function readBreakLength(): void {
  terminalColumns = readUint32();
}

/** Width and height in characters, then in pixels, which nobody asks for. */
export function readTerminalSize(): void {
  terminalColumns = readUint32();
  terminalRows = readUint32();
  readBytes(8);
}
