// The names that SSH knows, each with its specification. They cost nothing here: scripts/compile/text.ts puts them
// where they are used.

// RFC 4253 §7.1: key exchange

/** RFC 8731. */
export const CURVE25519_SHA256: string = "curve25519-sha256";
/** The same, as it was called before: libssh's curve25519-sha256@libssh.org.txt. */
export const CURVE25519_SHA256_LIBSSH: string = "curve25519-sha256@libssh.org";
/** draft-ietf-sshm-mlkem-hybrid-kex. */
export const MLKEM768X25519_SHA256: string = "mlkem768x25519-sha256";

// What else stands in a list of key exchanges

/** RFC 8308 §2.1. */
export const EXT_INFO_CLIENT: string = "ext-info-c";
/** OpenSSH's PROTOCOL §1.10: strict key exchange. */
export const STRICT_KEX_CLIENT: string = "kex-strict-c-v00@openssh.com";
export const STRICT_KEX_SERVER: string = "kex-strict-s-v00@openssh.com";

// RFC 4253 §6.6: host keys

/** RFC 8709. */
export const SSH_ED25519: string = "ssh-ed25519";

// Public key algorithms and key types of users

/** RFC 5656 §3.1, and the curve's name of §10.1. */
export const ECDSA_SHA2_NISTP256: string = "ecdsa-sha2-nistp256";
export const NISTP256: string = "nistp256";
/** RFC 8332 §3; the keys of both are of RFC 4253's type. */
export const RSA_SHA2_256: string = "rsa-sha2-256";
export const RSA_SHA2_512: string = "rsa-sha2-512";
export const SSH_RSA: string = "ssh-rsa";
/** OpenSSH's PROTOCOL.u2f: security keys. */
export const SK_SSH_ED25519: string = "sk-ssh-ed25519@openssh.com";
export const SK_ECDSA_SHA2_NISTP256: string = "sk-ecdsa-sha2-nistp256@openssh.com";

// RFC 4253 §6.3: ciphers

/** OpenSSH's PROTOCOL.chacha20poly1305. */
export const CHACHA20_POLY1305: string = "chacha20-poly1305@openssh.com";
/** OpenSSH's PROTOCOL §1.6, with the nonces of RFC 5647. */
export const AES128_GCM: string = "aes128-gcm@openssh.com";
export const AES256_GCM: string = "aes256-gcm@openssh.com";
/** RFC 4344 §4. */
export const AES128_CTR: string = "aes128-ctr";
export const AES256_CTR: string = "aes256-ctr";

// RFC 4253 §6.4: MACs

/** RFC 6668. */
export const HMAC_SHA2_256: string = "hmac-sha2-256";
/** The same, of the encrypted packet: OpenSSH's PROTOCOL §1.5. */
export const HMAC_SHA2_256_ETM: string = "hmac-sha2-256-etm@openssh.com";

/** RFC 4253 §6.2: no compression. */
export const NO_COMPRESSION: string = "none";

/** RFC 8308 §3.1. */
export const SERVER_SIG_ALGS: string = "server-sig-algs";

// RFC 4250 §4.7: services

export const SSH_USERAUTH: string = "ssh-userauth";
export const SSH_CONNECTION: string = "ssh-connection";

// RFC 4252 §5 and RFC 4256 §3.1: authentication methods

export const NONE: string = "none";
export const PUBLICKEY_NAME: string = "publickey";
export const PASSWORD_NAME: string = "password";
export const KEYBOARD_INTERACTIVE_NAME: string = "keyboard-interactive";

// RFC 4254: channels

/** §6.1. */
export const SESSION: string = "session";
/** §6.2, §6.4, §6.5, §6.7, §6.9, and RFC 4335 §3. */
export const PTY_REQ: string = "pty-req";
export const ENV: string = "env";
export const SHELL: string = "shell";
export const EXEC: string = "exec";
export const SUBSYSTEM: string = "subsystem";
export const WINDOW_CHANGE: string = "window-change";
export const SIGNAL: string = "signal";
export const BREAK: string = "break";
/** §6.10. */
export const EXIT_STATUS_NAME: string = "exit-status";
/** OpenSSH's: whether the client is there. */
export const KEEPALIVE_NAME: string = "keepalive@openssh.com";
