// RFC 4253 §12, RFC 5656 §7.1, RFC 8308: the message numbers of the transport layer.

export const SSH_MSG_DISCONNECT: u32 = 1;
export const SSH_MSG_IGNORE: u32 = 2;
export const SSH_MSG_UNIMPLEMENTED: u32 = 3;
export const SSH_MSG_DEBUG: u32 = 4;
export const SSH_MSG_SERVICE_REQUEST: u32 = 5;
export const SSH_MSG_SERVICE_ACCEPT: u32 = 6;
export const SSH_MSG_EXT_INFO: u32 = 7;
export const SSH_MSG_KEXINIT: u32 = 20;
export const SSH_MSG_NEWKEYS: u32 = 21;
export const SSH_MSG_KEX_ECDH_INIT: u32 = 30;
export const SSH_MSG_KEX_ECDH_REPLY: u32 = 31;
/** RFC 4254 §9. */
export const SSH_MSG_CHANNEL_REQUEST: u32 = 98;

/** RFC 4250 §4.1.2: the first number of user authentication, of connections, and past them. */
export const USERAUTH_FIRST: u32 = 50;
export const CONNECTION_FIRST: u32 = 80;
export const CONNECTION_END: u32 = 128;
