// TinyUSB runs in an interrupt of the lowest priority that every USB interrupt triggers: so the host is answered in
// time also while the main loop is in a long computation. The main loop's calls into TinyUSB hold that interrupt off.

#include "usb.h"

#include "hardware/irq.h"
#include "hardware/structs/nvic.h"
#include "hardware/structs/usb.h"
#include "hardware/sync.h"
#include "hardware/timer.h"
#include "tusb.h"
#include "usb_descriptors.h"

typedef enum { CLIENT_NONE, CLIENT_SERVED, CLIENT_CLOSED } client_state_t;

// TinyUSB has one device and calls back without a context.
static struct {
  uint task_irq;
  volatile client_state_t state;
  volatile uint32_t clients;
} usb;

// Not irq_set_enabled: that forgets an interrupt that is pending.
static void hold(void) {
  nvic_hw->icer = 1u << usb.task_irq;
  __dsb();
  __isb();
}

static void release(void) {
  nvic_hw->iser = 1u << usb.task_irq;
}

// A packet that TinyUSB has handed to the controller waits there until the host asks for it: the next client's host, if
// this one's has stopped asking. TinyUSB cannot take it back. So it is emptied where it waits (RP2040 datasheet
// §4.1.2.5.1, EP_ABORT), and TinyUSB sees it sent in due course.
static void empty_waiting_packet(uint endpoint) {
  io_rw_32 *control = &usb_dpram->ep_buf_ctrl[endpoint].in;
  const uint32_t abort = USB_EP_ABORT_EP0_IN_BITS << (2 * endpoint);
  if (!(*control & USB_BUF_CTRL_AVAIL) || !(*control & USB_BUF_CTRL_LEN_MASK)) return;
  uint32_t interrupts = save_and_disable_interrupts();
  // before version B2 the chip does not finish an abortion (erratum RP2040-E2)
  const bool abortable = rp2040_chip_version() >= 2;
  if (abortable) {
    hw_set_bits(&usb_hw->abort, abort);
    while (!(usb_hw->abort_done & abort)) tight_loop_contents();
  }
  const uint32_t waiting = *control;
  if (waiting & USB_BUF_CTRL_AVAIL) {
    const uint32_t empty = waiting & ~(uint32_t)USB_BUF_CTRL_LEN_MASK;
    *control = empty & ~(uint32_t)USB_BUF_CTRL_AVAIL;
    busy_wait_at_least_cycles(12); // the controller's clock is slower: AVAIL must be seen last
    *control = empty;
  }
  if (abortable) {
    usb_hw->abort_done = abort;
    hw_clear_bits(&usb_hw->abort, abort);
  }
  restore_interrupts(interrupts);
}

static void discard_received(void) {
  if (tud_cdc_n_available(USB_SSH_PORT)) tud_cdc_n_read_flush(USB_SSH_PORT);
}

static void discard_sent(void) {
  tud_cdc_n_write_clear(USB_SSH_PORT);
  empty_waiting_packet(USB_SSH_IN_ENDPOINT & 0xf);
}

static void task(void) {
  tud_task();
  // also false after a bus reset
  if (!(tud_cdc_n_get_line_state(USB_SSH_PORT) & CDC_CONTROL_LINE_STATE_DTR)) usb.state = CLIENT_NONE;
  if (usb.state != CLIENT_SERVED) discard_received();
  if (usb.state == CLIENT_NONE) discard_sent();
}

static void trigger_task(void) {
  irq_set_pending(usb.task_irq);
}

/** TinyUSB: the host has set or dropped DTR. */
void tud_cdc_line_state_cb(uint8_t port, bool dtr, bool rts) {
  (void)rts;
  if (port == USB_CONSOLE_PORT) {
    if (dtr) tud_cdc_n_write_flush(port); // what was kept for it
    return;
  }
  if (dtr && usb.state != CLIENT_NONE) return; // RTS has changed
  discard_received();
  discard_sent();
  usb.clients += dtr;
  usb.state = dtr ? CLIENT_SERVED : CLIENT_NONE;
}

/** TinyUSB: the host has configured the device, after a bus reset that ended all there was. */
void tud_mount_cb(void) {
  usb.state = CLIENT_NONE;
}

/** TinyUSB: the host has woken up; what was written while it slept waits. */
void tud_resume_cb(void) {
  tud_cdc_n_write_flush(USB_SSH_PORT);
  tud_cdc_n_write_flush(USB_CONSOLE_PORT);
}

void usb_start(void) {
  usb.task_irq = (uint)user_irq_claim_unused(true);
  irq_set_exclusive_handler(usb.task_irq, task);
  irq_set_priority(usb.task_irq, PICO_LOWEST_IRQ_PRIORITY);
  tusb_init();
  tud_cdc_configure_fifo(&(tud_cdc_configure_fifo_t){.tx_persistent = 1}); // log lines from before the host came
  irq_add_shared_handler(USBCTRL_IRQ, trigger_task, PICO_SHARED_IRQ_HANDLER_LOWEST_ORDER_PRIORITY);
  release();
}

uint32_t usb_client(void) {
  hold();
  uint32_t client = usb.state == CLIENT_SERVED ? usb.clients : 0;
  release();
  return client;
}

// With the task held.
static bool is_served(uint32_t client) {
  return usb.state == CLIENT_SERVED && usb.clients == client;
}

size_t usb_receive(uint32_t client, uint8_t *bytes, size_t capacity) {
  hold();
  size_t length = is_served(client) ? tud_cdc_n_read(USB_SSH_PORT, bytes, capacity) : 0;
  release();
  return length;
}

static size_t send(uint8_t port, const uint8_t *bytes, size_t length) {
  size_t taken = tud_cdc_n_write(port, bytes, length);
  tud_cdc_n_write_flush(port);
  return taken;
}

size_t usb_send(uint32_t client, const uint8_t *bytes, size_t length) {
  hold();
  size_t taken = is_served(client) ? send(USB_SSH_PORT, bytes, length) : 0;
  release();
  return taken;
}

void usb_close(uint32_t client) {
  hold();
  if (is_served(client)) {
    usb.state = CLIENT_CLOSED;
    discard_received();
  }
  release();
}

bool usb_console_is_open(void) {
  return tud_cdc_n_connected(USB_CONSOLE_PORT);
}

size_t usb_console_room(void) {
  return tud_cdc_n_write_available(USB_CONSOLE_PORT);
}

size_t usb_console_receive(uint8_t *bytes, size_t capacity) {
  hold();
  size_t length = tud_cdc_n_read(USB_CONSOLE_PORT, bytes, capacity);
  release();
  return length;
}

size_t usb_console_send(const uint8_t *bytes, size_t length) {
  hold();
  size_t taken = send(USB_CONSOLE_PORT, bytes, length);
  release();
  return taken;
}
