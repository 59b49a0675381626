// What a key does to the line. In: keys (keys.ts). Out: changes of the line (line.ts, history.ts), and events.

import { ShellEvent } from "../abi/index";
import { endSearch, restartSearch, searchNewer, searchOlder } from "./history";
import { character, characterLength, CONTROL, Key, META } from "./keys";
import {
  characterLeft,
  characterRight,
  cursor,
  cutTo,
  insertCut,
  lineLength,
  moveCursor,
  removeTo,
  replace,
  wordLeft,
  wordRight,
} from "./line";
import { isDumb, ring, showAlone, showCursor, showTail, Tail } from "./view";

/** The key before. */
let previous: u32 = Key.NONE;
/** The Tab key was pressed a second time. */
export let tabAgain: bool = false;
/** What comes was pasted: of its control characters, ends of lines alone have a meaning. */
let pasting: bool = false;
/** The bell has rung because the line is full: of a long text that is pasted, every character would ring. */
let rang: bool = false;

const CHARACTER_PTR: usize = memory.data(4, 4);

function insert(bytes: u32, length: u32): void {
  store<u32>(CHARACTER_PTR, bytes);
  if (replace(cursor, cursor, CHARACTER_PTR, length)) return;
  if (!rang) ring();
  rang = true;
}

function moveTo(place: u32): void {
  if (isDumb) return; // it shows no cursor within the line
  moveCursor(place);
  showCursor();
}

function leaveLine(tail: Tail, event: ShellEvent): ShellEvent {
  moveCursor(lineLength);
  showTail(tail);
  restartSearch();
  return event;
}

/** A search moves through the history. */
function isSearch(key: u32): bool {
  return key == Key.UP || key == Key.DOWN || key == (CONTROL | 0x70) || key == (CONTROL | 0x6e);
}

/** Does what a key is for. */
export function handleKey(key: u32): ShellEvent {
  const before = previous;
  previous = key;
  if (key != Key.CHARACTER) rang = false;
  if (!isSearch(key)) endSearch();
  if (key == Key.PASTE_BEGIN || key == Key.PASTE_END) {
    pasting = key == Key.PASTE_BEGIN;
    return ShellEvent.NONE;
  }
  switch (key) {
    case Key.CHARACTER:
      insert(character, characterLength);
      return ShellEvent.NONE;
    case Key.LINEFEED:
    case Key.RETURN:
      // CR LF is one end of line
      if (key == Key.LINEFEED && before == Key.RETURN) return ShellEvent.NONE;
      return leaveLine(Tail.NEWLINE, ShellEvent.LINE);
    case CONTROL | 0x63: // C
      pasting = false;
      return leaveLine(Tail.CANCELLED, ShellEvent.INTERRUPT);
  }
  if (pasting) {
    if (key == Key.TAB) insert(0x20, 1);
    return ShellEvent.NONE;
  }
  if (key == Key.TAB) {
    tabAgain = before == key;
    return ShellEvent.COMPLETE;
  }
  if (key == (CONTROL | 0x64) && !lineLength) return leaveLine(Tail.END, ShellEvent.END); // D
  editLine(key);
  return ShellEvent.NONE;
}

function editLine(key: u32): void {
  switch (key) {
    case Key.BACKSPACE:
      return removeTo(characterLeft(cursor));
    case Key.DELETE:
    case CONTROL | 0x64: // D
      return removeTo(characterRight(cursor));
    case Key.UP:
    case CONTROL | 0x70: // P
      if (!searchOlder()) ring();
      return;
    case Key.DOWN:
    case CONTROL | 0x6e: // N
      return searchNewer();
    case Key.LEFT:
    case CONTROL | 0x62: // B
      return moveTo(characterLeft(cursor));
    case Key.RIGHT:
    case CONTROL | 0x66: // F
      return moveTo(characterRight(cursor));
    case Key.HOME:
    case CONTROL | 0x61: // A
      return moveTo(0);
    case Key.END:
    case CONTROL | 0x65: // E
      return moveTo(lineLength);
    case Key.LEFT | CONTROL:
    case Key.LEFT | META:
    case META | 0x62: // B
      return moveTo(wordLeft());
    case Key.RIGHT | CONTROL:
    case Key.RIGHT | META:
    case META | 0x66: // F
      return moveTo(wordRight());
    case META | 0x64: // D
      return cutTo(wordRight());
    case CONTROL | 0x77: // W
    case Key.BACKSPACE | META:
      return cutTo(wordLeft());
    case CONTROL | 0x6b: // K
      return cutTo(lineLength);
    case CONTROL | 0x75: // U
      return cutTo(0);
    case CONTROL | 0x79: // Y
      if (!insertCut()) ring();
      return;
    case CONTROL | 0x6c: // L
      return showAlone();
  }
}
