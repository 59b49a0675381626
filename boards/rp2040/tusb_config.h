// What TinyUSB is to contain: a full-speed device with two serial ports.

#ifndef SESAME_TUSB_CONFIG_H
#define SESAME_TUSB_CONFIG_H

#define CFG_TUSB_RHPORT0_MODE (OPT_MODE_DEVICE | OPT_MODE_FULL_SPEED)

#define CFG_TUD_CDC 2
// Bytes that a port holds for the main loop, and from it
#define CFG_TUD_CDC_RX_BUFSIZE 512
#define CFG_TUD_CDC_TX_BUFSIZE 512

#endif
