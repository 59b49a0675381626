// The names that SSH knows, each with its specification. They cost nothing here: scripts/compile/text.ts puts them where they are used.

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

/** RFC 4252. */
export const SSH_USERAUTH: string = "ssh-userauth";
