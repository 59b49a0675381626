// What a source says of text, computed before the compiler sees it: scripts/compile/text.ts. Arguments are literals, or
// names of names.ts and of the transport's offer.ts. Nothing of this is in a module.

/** Its bytes, in the braces of a table: `memory.data<u8>([...ascii("none")])`. */
export declare function ascii(text: string): u8[];

/** The same as RFC 4251 §5 writes a string or a name-list, behind its length in four bytes. */
export declare function sshString(text: string): u8[];

/** The same behind its length in one byte, as our tables have it. */
export declare function counted(text: string): u8[];

/** Up to eight bytes of text as the number that is loaded from there. */
export declare function word(text: string): u64;

/** How many bytes `ascii` has. */
export declare function byteLength(text: string): u32;

/** Names with commas between them, in the files of constants; empty ones are left out. */
export declare function join(...names: string[]): string;
