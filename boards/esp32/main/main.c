// The firmware of an ESP32: some clients at a time, on a TCP port of the Wi-Fi network.
//
// One thread does everything, and it is a pthread: WAMR runs in no other. Clients' bytes wake it; it looks for time
// limits and for the serial port's bytes by itself.

#include <netinet/in.h>
#include <pthread.h>

#include "esp_err.h"
#include "esp_pthread.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "platform_esp32.h"
#include "sdkconfig.h"
#include "server/device.h"
#include "sockets.h"
#include "wifi.h"

/** How long the loop waits for clients, and while a session is bridged to the serial port. */
#define IDLE_MS 200
#define BRIDGED_MS 10

static bool start_listening(sockets_t *sockets) {
  const struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(CONFIG_SESAME_PORT),
      .sin_addr.s_addr = htonl(INADDR_ANY),
  };
  return sockets_listen(sockets, (const struct sockaddr *)&address, sizeof address);
}

static void wait_for_work(device_t *device, sockets_t *sockets, int timeout_ms) {
  struct pollfd waiting[SOCKETS_AWAITED];
  nfds_t count = sockets_awaited(sockets, device_can_accept(device), waiting, &timeout_ms);
  if (count > 0)
    poll(waiting, count, timeout_ms);
  else
    vTaskDelay(pdMS_TO_TICKS(timeout_ms));
}

static void *serve(void *context) {
  static platform_t platform;
  static device_t device;
  static sockets_t sockets;
  (void)context;
  platform_start(&platform);
  platform.radio = wifi_start(); // before the entropy is asked for, which is noise of the radio
  // On a fault the loop runs nevertheless: console, LED, and no clients
  if (device_start(&device, &platform) && !start_listening(&sockets)) device_fail(&device, "no port to listen on");
  for (;;) {
    platform_turn(&platform);
    int timeout_ms = device_step(&device) ? 0 : device.bridged ? BRIDGED_MS : IDLE_MS;
    wait_for_work(&device, &sockets, timeout_ms);
    platform_stream_t *stream = device_can_accept(&device) ? sockets_accept(&sockets) : NULL;
    if (stream) device_accept(&device, stream);
  }
  return NULL;
}

void app_main(void) {
  esp_pthread_cfg_t settings = esp_pthread_get_default_config();
  settings.stack_size = CONFIG_SESAME_STACK_BYTES;
  settings.thread_name = "sesame";
  ESP_ERROR_CHECK(esp_pthread_set_cfg(&settings));
  pthread_t thread;
  ESP_ERROR_CHECK(pthread_create(&thread, NULL, serve, NULL) == 0 ? ESP_OK : ESP_ERR_NO_MEM);
}
