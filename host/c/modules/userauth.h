// The userauth module's exports (docs/abi.md, "userauth"): those that all builds have, and those of the full one.

#ifndef SESAME_USERAUTH_H
#define SESAME_USERAUTH_H

#include "modules/module.h"

/** Makes an instance. False: `failed` says why. */
bool userauth_instantiate(module_t *userauth, platform_t *platform);
/** Where a credentials region of `length` bytes belongs, before `userauth_open`. Secret. */
module_view_t userauth_credentials(module_t *userauth, uint32_t length);
/** In builds that verify signatures: the session identifier, before the first request. */
void userauth_open(module_t *userauth, module_view_t session_id);
/** Judges the request and returns the reply. The request is wiped where it was. */
module_view_t userauth_receive(module_t *userauth, module_view_t request);
/** Why the last request was answered as it was. */
userauth_status_t userauth_status(module_t *userauth);

/** Whether it is one of the full build, which alone has what follows. */
bool userauth_is_full(const module_t *userauth);
/** Where entropy for `userauth_make_salt` belongs, while there is no reply. */
module_view_t userauth_entropy(module_t *userauth, uint32_t length);
/** Makes the salt of the next new password; without one no password is changed. */
void userauth_make_salt(module_t *userauth, uint32_t entropy_length);
/** A further reply to the same request; empty: there is none. */
module_view_t userauth_next_reply(module_t *userauth);
/** Goes on with the request after USERAUTH_PENDING or USERAUTH_CHANGE_PENDING; returns the reply. */
module_view_t userauth_decide(module_t *userauth, userauth_status_t verdict);
/** Of the last request. */
module_view_t userauth_field(module_t *userauth, userauth_field_t field);
/** While a publickey request is USERAUTH_PENDING: it has a signature, which is right. */
bool userauth_signature_verified(module_t *userauth);
uint32_t userauth_achieved_methods(module_t *userauth);
/** While USERAUTH_CHANGE_PENDING: where USERAUTH_FIELD_RECORD belongs in the credentials region. */
uint32_t userauth_record_offset(module_t *userauth);

/** Whether the module can serve a credentials region: an instance of its own is asked. */
bool userauth_serves(platform_t *platform, const uint8_t *region, uint32_t length);

#endif
