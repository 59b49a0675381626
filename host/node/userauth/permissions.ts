// What a user may do behind the login: administration, commands, channels. Whether somebody may is asked of `may`, and
// of nobody else.
//
// In go what users.json, or a program, says of a user; out comes an answer, or the bytes of the credentials region
// (docs/abi.md, "Permissions"), which say the same to a board.

/** What is said of a user; what is not said has its default. */
export interface Permissions {
  /** Administrative commands, too. Default: false. */
  admin?: boolean;
  /**
   * These commands and no others, administrative ones among them if they are named. Default: all that are not
   * administrative.
   */
  commands?: readonly string[];
  /** These channels (RFC 4254: "session", "direct-tcpip") and subsystems ("sftp"), and no others. Default: all. */
  channels?: readonly string[];
}

/** The one user of the small builds. */
export const ADMINISTRATOR: Permissions = { admin: true };

/** What somebody wants to do. */
export type Action = { command: string; administrative?: boolean } | { channel: string };

/** Whether a user of whom this is said may do it. */
export function may({ admin = false, commands, channels }: Permissions, action: Action): boolean {
  if ("channel" in action) return channels?.includes(action.channel) ?? true;
  if (admin) return true;
  return commands?.includes(action.command) ?? !action.administrative;
}

const ADMINISTRATES = 1;
const COMMANDS_LISTED = 2;
const CHANNELS_LISTED = 4;
/** Of a name's first byte, the rest of which is its length. */
const IS_CHANNEL = 0x80;
const NAME_CAPACITY = 127;
const CAPACITY = 255;

/** The bytes for the region; none when nothing is said. `refuse` throws. */
export function encodePermissions(permissions: Permissions, refuse: (reason: string) => never): Uint8Array {
  const { admin = false, commands, channels } = permissions;
  if (admin && commands) refuse("an administrator may run every command: admin and commands exclude each other");
  const flags = (admin ? ADMINISTRATES : 0) | (commands ? COMMANDS_LISTED : 0) | (channels ? CHANNELS_LISTED : 0);
  if (flags === 0) return new Uint8Array();
  const encodeName = (name: string, kind: number): Buffer => {
    if (!isPermissionName(name)) refuse(`${JSON.stringify(name)} is ${NO_NAME}`);
    return Buffer.concat([Buffer.of(kind | name.length), Buffer.from(name, "latin1")]);
  };
  const names = [
    ...(commands ?? []).map((name) => encodeName(name, 0)),
    ...(channels ?? []).map((name) => encodeName(name, IS_CHANNEL)),
  ];
  const bytes = Buffer.concat([Buffer.of(flags), ...names]);
  if (bytes.length > CAPACITY) refuse(`commands and channels have ${bytes.length} bytes; ${CAPACITY} is the most`);
  return bytes;
}

/** Of a command, channel type or subsystem. */
export function isPermissionName(name: string): boolean {
  return /^[\x21-\x7e]{1,127}$/.test(name);
}

/** What is said of a name that is none. */
export const NO_NAME = "no name of a command or channel: 1 to 127 characters of ASCII without blanks";

/** What the bytes say; what is cut off says nothing. */
export function decodePermissions(bytes: Uint8Array): Permissions {
  const [flags = 0] = bytes;
  const commands: string[] = [];
  const channels: string[] = [];
  for (let at = 1; at < bytes.length;) {
    const head = bytes[at]!;
    const end = at + 1 + (head & NAME_CAPACITY);
    if (end > bytes.length) break;
    (head & IS_CHANNEL ? channels : commands).push(Buffer.from(bytes.subarray(at + 1, end)).toString("latin1"));
    at = end;
  }
  return {
    ...(flags & ADMINISTRATES && { admin: true }),
    ...(flags & COMMANDS_LISTED && { commands }),
    ...(flags & CHANNELS_LISTED && { channels }),
  };
}
