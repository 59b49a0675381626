// What the device says of itself: two serial ports (CDC ACM), the first for SSH, the second the console.

#ifndef SESAME_USB_DESCRIPTORS_H
#define SESAME_USB_DESCRIPTORS_H

// TinyUSB's numbers of the ports
#define USB_SSH_PORT 0
#define USB_CONSOLE_PORT 1

// Endpoints: per port one for notifications and one in each direction
#define USB_SSH_NOTIFICATION_ENDPOINT 0x81
#define USB_SSH_OUT_ENDPOINT 0x02
#define USB_SSH_IN_ENDPOINT 0x82
#define USB_CONSOLE_NOTIFICATION_ENDPOINT 0x83
#define USB_CONSOLE_OUT_ENDPOINT 0x04
#define USB_CONSOLE_IN_ENDPOINT 0x84

#endif
