// RFC 4252 §6 and §7: the message numbers of user authentication.
//
// Those from 60 on belong to the method that runs; 60 to "publickey" here.

export const SSH_MSG_USERAUTH_REQUEST: u32 = 50;
export const SSH_MSG_USERAUTH_FAILURE: u32 = 51;
export const SSH_MSG_USERAUTH_SUCCESS: u32 = 52;
export const SSH_MSG_USERAUTH_PK_OK: u32 = 60;
