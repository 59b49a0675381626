// Where text stands on a terminal: the cells that its characters take, counted row after row from where the text began.

/**
 * Characters of two cells, first and last of each range: the blocks that matter of Unicode's EastAsianWidth.txt (W and
 * F), and emoji.
 */
const WIDE_COUNT = 13;
const WIDE = memory.data<u32>([
  0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f, 0xff01, 0xff60,
  0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd,
]);

/** Characters that take no cell: combining marks, joiners, variation selectors. */
const COMBINING_COUNT = 6;
const COMBINING = memory.data<u32>([
  0x0300, 0x036f, 0x200b, 0x200f, 0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f, 0xfeff, 0xfeff,
]);

function isAmong(character: u32, ranges: usize, count: u32): bool {
  for (let i: u32 = 0; i < count; i++, ranges += 8) {
    if (character >= load<u32>(ranges) && character <= load<u32>(ranges, 4)) return true;
  }
  return false;
}

/** Cells of the character that begins at a pointer, in valid UTF-8 without control characters. */
export function widthAt(ptr: usize): u32 {
  const first: u32 = load<u8>(ptr);
  if (first < 0xcc) return 1; // up to U+02FF
  /** Bytes that follow the first one. */
  const more = u32(first > 0xdf) + u32(first > 0xef) + 1;
  let character = first & (0x3f >> more);
  for (let i: u32 = 1; i <= more; i++) character = (character << 6) | (load<u8>(ptr + i) & 0x3f);
  if (isAmong(character, COMBINING, COMBINING_COUNT)) return 0;
  return 1 + u32(isAmong(character, WIDE, WIDE_COUNT));
}

/** Whether a character of so many cells does not fit into the row any more: the terminal begins it in the next one. */
export function leavesRow(cell: u32, width: u32, columns: u32): bool {
  return width == 2 && columns != 0 && (cell + 1) % columns == 0;
}

/** The cell behind a text that begins at a cell. `columns`: the terminal's width, 0 if it is not known. */
export function cellBehind(cell: u32, ptr: usize, length: u32, columns: u32): u32 {
  const end = ptr + length;
  for (; ptr < end; ptr++) {
    if (load<u8>(ptr) >> 6 == 2) continue;
    const width = widthAt(ptr);
    cell += width + u32(leavesRow(cell, width, columns));
  }
  return cell;
}
