// The two serial ports of the USB device. A client of the SSH port comes when the host sets DTR and is gone when it
// drops it; each has a number of its own, and neither gets what was meant for another.

#ifndef SESAME_USB_H
#define SESAME_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void usb_start(void);

/** Number of the client at the SSH port, from 1 on; 0 when there is none. */
uint32_t usb_client(void);

/** Takes what has arrived from this client; 0 when nothing has, or the client has gone. */
size_t usb_receive(uint32_t client, uint8_t *bytes, size_t capacity);
/** Sends to this client; 0 when nothing can be taken now, or the client has gone. */
size_t usb_send(uint32_t client, const uint8_t *bytes, size_t length);
/** What was taken is still sent; what comes from the client until it goes is thrown away. */
void usb_close(uint32_t client);

/** Whether somebody has opened the console port. */
bool usb_console_is_open(void);
/** How much `usb_console_send` takes now. */
size_t usb_console_room(void);
size_t usb_console_receive(uint8_t *bytes, size_t capacity);
/** While nobody has opened the port, the latest bytes are kept for whom does. */
size_t usb_console_send(const uint8_t *bytes, size_t length);

#endif
