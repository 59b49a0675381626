// The library: an SSH server whose protocol layers are WebAssembly modules.
//
//     const { hostKey } = loadHostKey("host_ed25519");
//     const server = createServer({ hostKey, credentials: encodeCredentials("password", { user, password }) });
//     server.on("session", (session) => session.on("channel", (channel) => channel.on("shell", () => …)));
//     await server.listen(2222);

export { DisconnectReason, UserauthStatus } from "../../assembly/abi.js";
export type {
  Admission,
  Authenticate,
  AuthenticationRequest,
  PasswordRequest,
  PublicKeyRequest,
  Verdict,
} from "./authentication.js";
export { parseAuthorizedKey, parseAuthorizedKeys } from "./authorized-keys.js";
export { Channel } from "./channel.js";
export type { ChannelEvents, ChannelRequest, Pty } from "./channel.js";
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
} from "./credentials.js";
export type { AnyUserauthBuild, Credentials, UserauthBuild } from "./credentials.js";
export { FileError } from "./given-file.js";
export type { FileOptions } from "./given-file.js";
export { loadHostKey, readPrivateKeyFile, writeKeyPairFiles } from "./host-key.js";
export { formatLogEntry, formatLogEntryAsJson } from "./log.js";
export type { Log, LogEntry } from "./log.js";
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
} from "./openssh-keys.js";
export type { CommentedKeyPair, CommentedPublicKey, KeyPair } from "./openssh-keys.js";
export { ARGON2ID_COSTS, hashPassword, PBKDF2_COSTS } from "./password-hash.js";
export type { HashCosts } from "./password-hash.js";
export { may } from "./permissions.js";
export type { Action, Permissions } from "./permissions.js";
export { formatPhc, parsePhc, PhcError } from "./phc.js";
export type { Argon2idHash, PasswordHash, Pbkdf2Hash } from "./phc.js";
export { createServer, Server } from "./server.js";
export type { ServerEvents } from "./server.js";
export type { ServerOptions } from "./server-options.js";
export { Session } from "./session.js";
export type { SessionEvents } from "./session.js";
export { createDevice, serveShell } from "./shell.js";
export type { Device } from "./shell.js";
export type { ModuleSet } from "./switchboard-options.js";
export type { PasswordChange, StorePassword } from "./userauth-service.js";
export { addKeys, readUsersFile, removeUser, setPassword, storePasswordIn } from "./users-file.js";
export type { ChangeOptions } from "./users-file.js";
export { encodeUsers } from "./users-region.js";
export type { Method, UserEntry, UserKey, UsersTable } from "./users-region.js";
