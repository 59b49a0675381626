// See session.h. The shells never call a module: what they took, sent and decided waits in their channels until
// `session_step` comes by, so that a module's reply has always left before the next call.

#include "server/session.h"

#include <string.h>

#include "server/connection_log.h"
#include "wipe.h"

/** The channel with that number, if it is open and one of ours. */
static session_slot_t *find_slot(session_t *session, uint32_t number) {
  if (number >= SESSION_CHANNELS) return NULL;
  session_slot_t *slot = &session->slots[number];
  return slot->channel.open ? slot : NULL;
}

static void end_slot(session_slot_t *slot) {
  if (slot->started) shell_end(&slot->shell);
  wipe(slot, sizeof *slot);
}

bool session_open(session_t *session, struct device *device, platform_t *platform) {
  session->device = device;
  session->opened_ms = platform_milliseconds(platform);
  if (!channels_instantiate(&session->channels, platform)) return false;
  channels_open(&session->channels, CHANNEL_WINDOW_BYTES);
  return !session->channels.failed;
}

void session_end(session_t *session) {
  for (uint32_t i = 0; i < SESSION_CHANNELS; i++) end_slot(&session->slots[i]);
  module_release(&session->channels);
}

const char *session_failure(const session_t *session) {
  for (uint32_t i = 0; i < SESSION_CHANNELS; i++) {
    const char *failure = shell_failure(&session->slots[i].shell);
    if (failure) return failure;
  }
  return session->channels.failed;
}

void session_receive(session_t *session, module_view_t payload, module_view_t *reply) {
  session->event = channels_receive(&session->channels, payload);
  *reply = channels_output(&session->channels);
}

static void open_channel(session_t *session, uint32_t number, module_view_t *reply) {
  if (number >= SESSION_CHANNELS || !permissions_may(&session->permissions, PERMISSION_CHANNEL, "session")) {
    *reply = channels_close(&session->channels, number);
  } else if (session->slots[number].channel.open) {
    module_fail(&session->channels, "the connection module opens a channel twice");
  } else {
    channel_open(&session->slots[number].channel);
  }
}

static void close_channel(session_t *session, uint32_t number) {
  session_slot_t *slot = find_slot(session, number);
  if (slot)
    end_slot(slot);
  else if (number < SESSION_CHANNELS)
    module_fail(&session->channels, "the connection module closes no channel");
}

static void resize(session_t *session, channel_t *channel) {
  channel->terminal.columns = channels_columns(&session->channels);
  channel->terminal.rows = channels_rows(&session->channels);
}

static bool is_text(module_view_t view, const char *text) {
  return view.length == strlen(text) && memcmp(view.bytes, text, view.length) == 0;
}

/** Whether the signal is one that ends what runs. */
static bool is_interrupt(module_view_t name) {
  return is_text(name, "INT") || is_text(name, "TERM") || is_text(name, "HUP");
}

/** Whether a signal or a break has reached what runs. */
static bool interrupt(session_t *session, session_slot_t *slot, connection_event_t event) {
  if (!slot->started) return false;
  if (event == CONNECTION_EVENT_BREAK) return shell_break(&slot->shell);
  return is_interrupt(channels_event(&session->channels)) && shell_interrupt(&slot->shell);
}

static bool open_terminal(session_t *session, channel_t *channel) {
  module_view_t name = channels_event(&session->channels);
  channel->terminal.present = true;
  channel->terminal.dumb = name.length == 0 || is_text(name, "dumb");
  resize(session, channel);
  return true;
}

static bool start_shell(session_t *session, session_slot_t *slot, shell_request_t kind) {
  module_view_t text = MODULE_VIEW_EMPTY;
  if (kind == SHELL_REQUEST_EXEC) text = channels_event(&session->channels);
  if (session->channels.failed) return false;
  slot->started = shell_request(&slot->shell, session->device, &session->permissions, &slot->channel, kind, text.bytes,
                                text.length);
  if (slot->started) return true;
  connection_log_no_shell(session->device, session->connection, shell_failure(&slot->shell));
  shell_end(&slot->shell);
  return false;
}

/** Whether a terminal, shell or command is granted. */
static bool grant(session_t *session, session_slot_t *slot, connection_event_t event) {
  switch (event) {
  case CONNECTION_EVENT_PTY_REQ: return open_terminal(session, &slot->channel);
  case CONNECTION_EVENT_SIGNAL:
  case CONNECTION_EVENT_BREAK: return interrupt(session, slot, event);
  case CONNECTION_EVENT_SHELL: return start_shell(session, slot, SHELL_REQUEST_SHELL);
  case CONNECTION_EVENT_EXEC: return start_shell(session, slot, SHELL_REQUEST_EXEC);
  default: return false;
  }
}

/** An event of an open channel. */
static void handle_channel_event(session_t *session, session_slot_t *slot, connection_event_t event,
                                 module_view_t *reply) {
  module_t *channels = &session->channels;
  switch (event) {
  case CONNECTION_EVENT_PTY_REQ:
  case CONNECTION_EVENT_ENV:
  case CONNECTION_EVENT_SHELL:
  case CONNECTION_EVENT_EXEC:
  case CONNECTION_EVENT_SUBSYSTEM:
  case CONNECTION_EVENT_SIGNAL:
  case CONNECTION_EVENT_BREAK: *reply = channels_answer(channels, grant(session, slot, event)); break;
  case CONNECTION_EVENT_WINDOW_CHANGE:
    if (!slot->channel.terminal.present) break;
    resize(session, &slot->channel);
    if (slot->started) shell_window_change(&slot->shell);
    break;
  case CONNECTION_EVENT_DATA: {
    module_view_t data = channels_event(channels);
    if (!channels->failed && !channel_deliver(&slot->channel, data.bytes, data.length)) {
      module_fail(channels, "the connection module let through more than the window");
    }
    break;
  }
  case CONNECTION_EVENT_EOF: slot->channel.client_eof = true; break;
  case CONNECTION_EVENT_WINDOW_ADJUST: break;
  default: module_fail(channels, "the connection module returned an unknown event");
  }
}

static session_outcome_t handle_event(session_t *session, module_view_t *reply) {
  connection_event_t event = session->event;
  session->event = CONNECTION_EVENT_NONE;
  if (event == CONNECTION_EVENT_UNIMPLEMENTED) return SESSION_UNIMPLEMENTED;
  if (event == CONNECTION_EVENT_PROTOCOL_ERROR) return SESSION_PROTOCOL_ERROR;
  uint32_t number = channels_event_channel(&session->channels);
  session_slot_t *slot = find_slot(session, number);
  if (event == CONNECTION_EVENT_OPEN)
    open_channel(session, number, reply);
  else if (event == CONNECTION_EVENT_CLOSE)
    close_channel(session, number);
  else if (slot)
    handle_channel_event(session, slot, event, reply);
  else
    module_fail(&session->channels, "the connection module reports an event of an unknown channel");
  return SESSION_PROGRESS;
}

/** EOF, exit status, CLOSE: one at a time. */
static session_outcome_t end_channel(session_t *session, channel_t *channel, uint32_t number, module_view_t *reply) {
  module_t *channels = &session->channels;
  if (!channel->eof_sent) {
    channel->eof_sent = true;
    *reply = channels_send_eof(channels, number);
  } else if (!channel->status_sent) {
    channel->status_sent = true;
    *reply = channels_exit(channels, number, channel->exit_status);
  } else if (!channel->close_sent) {
    channel->close_sent = true;
    *reply = channels_close(channels, number);
  } else {
    return SESSION_IDLE;
  }
  return SESSION_PROGRESS;
}

/** One thing that the channel wants. What the application has sent leaves first; then the client may send as much as
 * the application has taken, and the application runs again. */
static session_outcome_t step_channel(session_t *session, uint32_t number, bool ready, module_view_t *reply) {
  module_t *channels = &session->channels;
  session_slot_t *slot = &session->slots[number];
  channel_t *channel = &slot->channel;
  if (!channel_flushed(channel) && ready) {
    bool error = channel_next_is_error(channel);
    module_view_t buffer = channels_write_buffer(channels, number);
    uint32_t length = (uint32_t)channel_take_output(channel, buffer.bytes, buffer.length);
    if (length > 0) {
      *reply = channels_write(channels, number, length, error);
      return SESSION_DATA;
    }
  }
  if (channel->consumed > 0) {
    *reply = channels_consumed(channels, number, channel->consumed);
    channel->consumed = 0;
    return SESSION_PROGRESS;
  }
  if (channel->exiting) return channel_flushed(channel) ? end_channel(session, channel, number, reply) : SESSION_IDLE;
  return slot->started && shell_step(&slot->shell) ? SESSION_PROGRESS : SESSION_IDLE;
}

session_outcome_t session_step(session_t *session, bool ready, module_view_t *reply) {
  if (session->event != CONNECTION_EVENT_NONE) return handle_event(session, reply);
  for (uint32_t i = 0; i < SESSION_CHANNELS; i++) {
    uint32_t number = (session->next + i) % SESSION_CHANNELS;
    if (!session->slots[number].channel.open) continue;
    session_outcome_t outcome = step_channel(session, number, ready, reply);
    if (outcome == SESSION_IDLE) continue;
    session->next = (number + 1) % SESSION_CHANNELS;
    return outcome;
  }
  return SESSION_IDLE;
}
