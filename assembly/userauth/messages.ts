// RFC 4252 §6 to §8 and RFC 4256: the message numbers of user authentication.
//
// Those from 60 on belong to the method that runs.

export const SSH_MSG_USERAUTH_REQUEST: u32 = 50;
export const SSH_MSG_USERAUTH_FAILURE: u32 = 51;
export const SSH_MSG_USERAUTH_SUCCESS: u32 = 52;
export const SSH_MSG_USERAUTH_BANNER: u32 = 53;
export const SSH_MSG_USERAUTH_PK_OK: u32 = 60;
export const SSH_MSG_USERAUTH_PASSWD_CHANGEREQ: u32 = 60;
export const SSH_MSG_USERAUTH_INFO_REQUEST: u32 = 60;
export const SSH_MSG_USERAUTH_INFO_RESPONSE: u32 = 61;
