// The library: an SSH server whose protocol layers are WebAssembly modules.
//
//     const { hostKey } = loadHostKey("host_ed25519");
//     const server = createServer({ hostKey, credentials: encodeCredentials("password", { user, password }) });
//     server.on("session", (session) => session.on("channel", (channel) => channel.on("shell", () => …)));
//     await server.listen(2222);

export { DisconnectReason, UserauthStatus } from "../../assembly/abi/index.js";
export type {
  Admission,
  Authenticate,
  AuthenticationRequest,
  PasswordRequest,
  PublicKeyRequest,
  Verdict,
} from "./userauth/authentication.js";
export { parseAuthorizedKey, parseAuthorizedKeys } from "./credentials/authorized-keys.js";
export { Channel } from "./switchboard/channel.js";
export type { ChannelEvents, ChannelRequest, Pty } from "./switchboard/channel.js";
export {
  buildOfRegion,
  CredentialsError,
  embedCredentials,
  encodeCredentials,
  isDevelopment,
  publicKeyOfRegion,
  readCredentials,
  USERAUTH_BUILDS,
  userOfRegion,
} from "./credentials/credentials.js";
export type { AnyUserauthBuild, Credentials, UserauthBuild } from "./credentials/credentials.js";
export { FileError } from "./credentials/given-file.js";
export type { FileOptions } from "./credentials/given-file.js";
export { loadHostKey, readPrivateKeyFile, writeKeyPairFiles } from "./server/host-key.js";
export { formatLogEntry, formatLogEntryAsJson } from "./server/log.js";
export type { Log, LogEntry } from "./server/log.js";
export { RecentLog } from "./server/recent-log.js";
export { compileModule, loadModule, ModuleError, modulePath, plainModulePath, wideModulePath } from "./modules.js";
export type { CompiledModule, ModuleType } from "./modules.js";
export {
  fingerprint,
  formatPrivateKey,
  formatPublicKey,
  generateKeyPair,
  KeyFormatError,
  keyPairFromSeed,
  parsePrivateKey,
  parsePublicKey,
} from "./credentials/openssh-keys.js";
export type { CommentedKeyPair, CommentedPublicKey, KeyPair } from "./credentials/openssh-keys.js";
export { ARGON2ID_COSTS, hashPassword, PBKDF2_COSTS } from "./credentials/password-hash.js";
export type { HashCosts } from "./credentials/password-hash.js";
export { may } from "./userauth/permissions.js";
export type { Action, Permissions } from "./userauth/permissions.js";
export { formatPhc, parsePhc, PhcError } from "./credentials/phc.js";
export type { Argon2idHash, PasswordHash, Pbkdf2Hash } from "./credentials/phc.js";
export { createServer, Server } from "./server/server.js";
export type { ServerEvents } from "./server/server.js";
export type { ServerOptions } from "./server/options.js";
export { Session } from "./switchboard/session.js";
export type { SessionEvents } from "./switchboard/session.js";
export { serveShell } from "./applications/shell.js";
export type { ShellOptions } from "./applications/shell.js";
export { CommandStatus } from "./applications/command.js";
export type {
  Command,
  CommandCall,
  CommandEnd,
  CommandOutput,
  CommandResult,
  CommandTable,
} from "./applications/command.js";
export type { CommandSet } from "./applications/commands.js";
export { createDevice } from "./applications/device.js";
export type { Device } from "./applications/device.js";
export type { ModuleSet } from "./switchboard/options.js";
export type { PasswordChange, StorePassword } from "./userauth/service.js";
export { addKeys, readUsersFile, removeUser, setPassword, storePasswordIn } from "./credentials/users-file.js";
export type { ChangeOptions } from "./credentials/users-file.js";
export { encodeUsers } from "./credentials/users-region.js";
export type { Method, UserEntry, UserKey, UsersTable } from "./credentials/users-region.js";
