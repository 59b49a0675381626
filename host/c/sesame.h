// All that a program of one's own includes, in C or in C++: the device, its commands, and the platform whose functions
// the program has (platform.h) or gets from its board.

#ifndef SESAME_H
#define SESAME_H

#ifdef __cplusplus
extern "C" {
#endif

#include "applications/command.h"
#include "platform.h"
#include "server/device.h"

#ifdef __cplusplus
}
#endif

#endif
