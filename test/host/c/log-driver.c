// host/c/server/log.c: writes its standard input as a log line does, first as text of a client's and then as Base64.

#include <stdio.h>

#include "server/log.h"

void platform_log(platform_t *platform, const char *line) {
  (void)platform;
  printf("%s\n", line);
}

int main(void) {
  static uint8_t bytes[4096];
  size_t length = fread(bytes, 1, sizeof bytes, stdin);
  log_line_t text = {0}, base64 = {0};
  log_bytes(&text, bytes, length);
  log_write(&text, NULL);
  log_base64(&base64, bytes, length);
  log_write(&base64, NULL);
  return 0;
}
