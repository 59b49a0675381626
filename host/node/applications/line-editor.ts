// Turns what a channel receives into lines: with a terminal by way of Node's readline, without one byte by byte.
//
// A line is bounded, however much a client sends without ending it. Nothing is read while the client does not take what it is sent.

import { createInterface, emitKeypressEvents } from "node:readline";
import type { Key } from "node:readline";
import { PassThrough } from "node:stream";
import type { Duplex } from "node:stream";
import type { Channel } from "../switchboard/channel.js";

const LINE_CHARACTERS = 1024;
const HISTORY_LINES = 32;
const BELL = "\x07";
const NEWLINE = 0x0a;
/** Keys that are heard when the line is full. */
const SHORTENING_KEYS = new Set(["return", "enter", "backspace", "delete", "left", "right", "home", "end"]);
/** What readline would insert, and a terminal obey; and separators that readline takes for the end of a line. */
const CONTROL_CHARACTER = /^[\x1c-\x1f\x7f-\x9f\u2028\u2029]$/;
const SHORTENING_CONTROL_KEYS = new Set(["a", "c", "e", "h", "k", "u", "w"]);

/** Takes the lines. */
export interface LineReceiver {
  /** Words that the Tab key completes at a line's begin. */
  readonly words?: string[];
  /** Lines are data: without a prompt, and without a terminal not lines at all but bytes to be copied. */
  readonly copying: boolean;
  /** One line without its end. A promise, which is never rejected: what follows waits for it. */
  line(line: string): void | Promise<void>;
  /** Ctrl-C, also while a line is waited for. */
  interrupt(): void;
  /** Ctrl-D on an empty line, or the client's EOF. */
  endOfInput(): void;
}

/** Edits lines on a terminal: prompt, echo, history, the usual keys. */
export function editLines(channel: Channel, prompt: string, receiver: LineReceiver): void {
  const { words = [] } = receiver;
  const editor = createInterface({
    input: new PassThrough(), // never written: the keys come from below, after those that are none of readline's business
    output: channel,
    terminal: true,
    historySize: HISTORY_LINES,
    crlfDelay: Infinity,
    completer: (line: string) => [receiver.copying ? [] : words.filter((word) => word.startsWith(line)), line],
  });
  let rang = false;
  let running: Promise<void> | undefined;
  const ahead: [text: string | undefined, key: Key][] = [];
  const showPrompt = () => {
    if (!channel.writable) return;
    editor.setPrompt(receiver.copying ? "" : prompt);
    editor.prompt();
  };
  const clear = () => {
    editor.write(null, { ctrl: true, name: "e" });
    editor.write(null, { ctrl: true, name: "u" });
  };
  const onKey = (text: string | undefined, key: Key) => {
    if (!channel.writable) return;
    const isInterrupt = key.ctrl && key.name === "c";
    if (running) {
      if (isInterrupt) {
        ahead.length = 0;
        receiver.interrupt();
      } else if (ahead.length < LINE_CHARACTERS) ahead.push([text, key]);
      return;
    }
    if (isInterrupt) {
      clear();
      channel.write("^C\r\n");
      receiver.interrupt();
      return showPrompt();
    }
    if (key.ctrl && key.name === "d" && editor.line === "") {
      receiver.endOfInput();
      return showPrompt();
    }
    if (key.ctrl && key.name === "z") return; // readline would stop the whole process
    const shortens = key.ctrl ? SHORTENING_CONTROL_KEYS : SHORTENING_KEYS;
    if (editor.line.length >= LINE_CHARACTERS && !shortens.has(key.name ?? "")) {
      if (!rang) channel.write(BELL); // of a long text that is pasted every character would ring
      rang = true;
      return;
    }
    rang = false;
    const isControl = key.name === undefined && CONTROL_CHARACTER.test(text ?? "");
    editor.write((isControl ? null : (text ?? null)) as string, isControl ? {} : key);
  };
  const goOn = () => {
    running = undefined;
    showPrompt();
    for (const key of ahead.splice(0)) onKey(...key); // one of them may begin another line to be waited for
  };
  editor.on("line", (line) => {
    running = receiver.line(line)?.then(goOn);
    if (!running) showPrompt();
  });
  const finish = (): void => {
    if (running) void running.then(finish);
    else endInput(channel, receiver);
  };
  emitKeypressEvents(channel);
  (channel as Duplex).on("keypress", onKey);
  channel.on("data", () => pauseUntilDrained(channel));
  channel.on("window-change", () => {
    if (channel.writable) channel.emit("resize"); // readline writes the line again
  });
  channel.on("end", finish);
  channel.on("close", () => editor.close());
  showPrompt();
}

/** Reads lines without a terminal: no prompt, no echo. */
export function readLines(channel: Channel, receiver: LineReceiver): void {
  let line = Buffer.alloc(0);
  let rest = Buffer.alloc(0);
  let tooLong = false;
  let running: Promise<void> | undefined;
  const takeLine = () => {
    if (tooLong) channel.stderr.write(`a line has more than ${LINE_CHARACTERS} bytes\n`);
    else running = receiver.line(line.toString("utf8").replace(/\r$/, ""))?.then(goOn);
    line = Buffer.alloc(0);
    tooLong = false;
  };
  const goOn = () => {
    running = undefined;
    takeLines();
    readOn();
  };
  const readOn = () => {
    if (running) return void channel.pause();
    if (channel.isPaused()) channel.resume();
    pauseUntilDrained(channel);
  };
  const takeLines = () => {
    while (rest.length > 0 && channel.writable && !running) {
      if (receiver.copying) {
        channel.write(rest);
        rest = Buffer.alloc(0);
        break;
      }
      const end = rest.indexOf(NEWLINE);
      const part = end < 0 ? rest : rest.subarray(0, end);
      if (line.length + part.length > LINE_CHARACTERS) tooLong = true;
      else line = Buffer.concat([line, part]);
      rest = end < 0 ? Buffer.alloc(0) : rest.subarray(end + 1);
      if (end < 0) break;
      takeLine();
    }
  };
  channel.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    takeLines();
    readOn();
  });
  const finish = (): void => {
    if (running) return void running.then(finish);
    if ((line.length > 0 || tooLong) && channel.writable) {
      takeLine();
      return finish();
    }
    endInput(channel, receiver);
  };
  channel.on("end", finish);
}

/** The client's EOF ends `cat` and then the shell. */
function endInput(channel: Channel, receiver: LineReceiver): void {
  if (channel.writable) receiver.endOfInput();
  if (channel.writable) receiver.endOfInput();
}

/** Reads on when the client has taken what was written, errors included. */
function pauseUntilDrained(channel: Channel): void {
  const fullStream = () => [channel, channel.stderr].find((stream) => stream.writableNeedDrain);
  if (!fullStream() || channel.isPaused()) return;
  channel.pause();
  const resume = () => {
    const full = fullStream();
    if (full) full.once("drain", resume);
    else channel.resume();
  };
  resume();
}
