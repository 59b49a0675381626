// The message numbers of SSH (RFC 4250 §4.1), each with its specification.

// RFC 4253 §12: the transport layer

export const SSH_MSG_DISCONNECT: u32 = 1;
export const SSH_MSG_IGNORE: u32 = 2;
export const SSH_MSG_UNIMPLEMENTED: u32 = 3;
export const SSH_MSG_DEBUG: u32 = 4;
export const SSH_MSG_SERVICE_REQUEST: u32 = 5;
export const SSH_MSG_SERVICE_ACCEPT: u32 = 6;
/** RFC 8308 §2.3. */
export const SSH_MSG_EXT_INFO: u32 = 7;
export const SSH_MSG_KEXINIT: u32 = 20;
export const SSH_MSG_NEWKEYS: u32 = 21;
/** RFC 5656 §7.1; 30 to 49 belong to the key exchange that was agreed on. */
export const SSH_MSG_KEX_ECDH_INIT: u32 = 30;
export const SSH_MSG_KEX_ECDH_REPLY: u32 = 31;

// RFC 4252 §6 to §8 and RFC 4256: user authentication. Those from 60 on belong to the method that runs.

export const SSH_MSG_USERAUTH_REQUEST: u32 = 50;
export const SSH_MSG_USERAUTH_FAILURE: u32 = 51;
export const SSH_MSG_USERAUTH_SUCCESS: u32 = 52;
export const SSH_MSG_USERAUTH_BANNER: u32 = 53;
export const SSH_MSG_USERAUTH_PK_OK: u32 = 60;
export const SSH_MSG_USERAUTH_PASSWD_CHANGEREQ: u32 = 60;
export const SSH_MSG_USERAUTH_INFO_REQUEST: u32 = 60;
export const SSH_MSG_USERAUTH_INFO_RESPONSE: u32 = 61;

// RFC 4254 §9: connections

export const SSH_MSG_GLOBAL_REQUEST: u32 = 80;
export const SSH_MSG_REQUEST_SUCCESS: u32 = 81;
export const SSH_MSG_REQUEST_FAILURE: u32 = 82;
export const SSH_MSG_CHANNEL_OPEN: u32 = 90;
export const SSH_MSG_CHANNEL_OPEN_CONFIRMATION: u32 = 91;
export const SSH_MSG_CHANNEL_OPEN_FAILURE: u32 = 92;
export const SSH_MSG_CHANNEL_WINDOW_ADJUST: u32 = 93;
export const SSH_MSG_CHANNEL_DATA: u32 = 94;
export const SSH_MSG_CHANNEL_EXTENDED_DATA: u32 = 95;
export const SSH_MSG_CHANNEL_EOF: u32 = 96;
export const SSH_MSG_CHANNEL_CLOSE: u32 = 97;
export const SSH_MSG_CHANNEL_REQUEST: u32 = 98;
export const SSH_MSG_CHANNEL_SUCCESS: u32 = 99;
export const SSH_MSG_CHANNEL_FAILURE: u32 = 100;

/** RFC 4250 §4.1.2: the first number of user authentication, of connections, and past them. */
export const USERAUTH_FIRST: u32 = 50;
export const CONNECTION_FIRST: u32 = 80;
export const CONNECTION_END: u32 = 128;
