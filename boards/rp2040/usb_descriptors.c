#include "usb_descriptors.h"

#include "pico/unique_id.h"
#include "tusb.h"

// Raspberry Pi's vendor identifier with the product identifier of pico-sdk's own serial port.
#define USB_VENDOR 0x2e8a
#define USB_PRODUCT 0x000a

enum { STRING_LANGUAGE, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL, STRING_SSH, STRING_CONSOLE, STRING_COUNT };
enum { INTERFACE_SSH = 0, INTERFACE_CONSOLE = 2, INTERFACE_COUNT = 4 };

// US English
#define LANGUAGE 0x0409

static const char *const strings[STRING_COUNT] = {
    [STRING_MANUFACTURER] = "Sesame",
    [STRING_PRODUCT] = "SSH server",
    [STRING_SSH] = "Sesame SSH",
    [STRING_CONSOLE] = "Sesame console",
};

static const tusb_desc_device_t device_descriptor = {
    .bLength = sizeof(tusb_desc_device_t),
    .bDescriptorType = TUSB_DESC_DEVICE,
    .bcdUSB = 0x0200,
    // several functions, each described by an interface association
    .bDeviceClass = TUSB_CLASS_MISC,
    .bDeviceSubClass = MISC_SUBCLASS_COMMON,
    .bDeviceProtocol = MISC_PROTOCOL_IAD,
    .bMaxPacketSize0 = CFG_TUD_ENDPOINT0_SIZE,
    .idVendor = USB_VENDOR,
    .idProduct = USB_PRODUCT,
    .bcdDevice = SESAME_USB_RELEASE,
    .iManufacturer = STRING_MANUFACTURER,
    .iProduct = STRING_PRODUCT,
    .iSerialNumber = STRING_SERIAL,
    .bNumConfigurations = 1,
};

#define CONFIGURATION_BYTES (TUD_CONFIG_DESC_LEN + 2 * TUD_CDC_DESC_LEN)
#define MAXIMUM_CURRENT_MA 100

static const uint8_t configuration_descriptor[] = {
    TUD_CONFIG_DESCRIPTOR(1, INTERFACE_COUNT, 0, CONFIGURATION_BYTES, 0, MAXIMUM_CURRENT_MA),
    TUD_CDC_DESCRIPTOR(INTERFACE_SSH, STRING_SSH, USB_SSH_NOTIFICATION_ENDPOINT, 8, USB_SSH_OUT_ENDPOINT,
                       USB_SSH_IN_ENDPOINT, 64),
    TUD_CDC_DESCRIPTOR(INTERFACE_CONSOLE, STRING_CONSOLE, USB_CONSOLE_NOTIFICATION_ENDPOINT, 8,
                       USB_CONSOLE_OUT_ENDPOINT, USB_CONSOLE_IN_ENDPOINT, 64),
};

uint8_t const *tud_descriptor_device_cb(void) {
  return (const uint8_t *)&device_descriptor;
}

uint8_t const *tud_descriptor_configuration_cb(uint8_t index) {
  (void)index;
  return configuration_descriptor;
}

// A string descriptor: a header with its length in bytes, then UTF-16.
uint16_t const *tud_descriptor_string_cb(uint8_t index, uint16_t language) {
  (void)language;
  static uint16_t descriptor[32];
  char serial[2 * PICO_UNIQUE_BOARD_ID_SIZE_BYTES + 1];
  const char *text = index < STRING_COUNT ? strings[index] : NULL;
  if (index == STRING_SERIAL) {
    pico_get_unique_board_id_string(serial, sizeof serial);
    text = serial;
  }
  size_t length = 0;
  if (index == STRING_LANGUAGE) {
    descriptor[++length] = LANGUAGE;
  } else {
    if (!text) return NULL;
    while (text[length] && length < TU_ARRAY_SIZE(descriptor) - 1) {
      descriptor[length + 1] = (uint8_t)text[length];
      length++;
    }
  }
  descriptor[0] = (uint16_t)(TUSB_DESC_STRING << 8 | (2 + 2 * length));
  return descriptor;
}
