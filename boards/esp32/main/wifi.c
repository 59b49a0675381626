#include "wifi.h"

#include <string.h>

#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_wifi.h"
#include "sdkconfig.h"

static const char tag[] = "wifi";

static void on_event(void *context, esp_event_base_t base, int32_t event, void *data) {
  (void)context;
  if (base == IP_EVENT && event == IP_EVENT_STA_GOT_IP) {
    const ip_event_got_ip_t *got = data;
    ESP_LOGI(tag, "address " IPSTR ", port %d", IP2STR(&got->ip_info.ip), CONFIG_SESAME_PORT);
  } else if (base == WIFI_EVENT && event == WIFI_EVENT_STA_DISCONNECTED) {
    const wifi_event_sta_disconnected_t *lost = data;
    ESP_LOGI(tag, "no network, reason %d; looking for it", lost->reason);
    esp_wifi_connect(); // takes seconds until it fails
  } else if (base == WIFI_EVENT && event == WIFI_EVENT_STA_START) {
    esp_wifi_connect();
  }
}

static wifi_config_t network(void) {
  wifi_config_t config = {.sta = {.sae_pwe_h2e = WPA3_SAE_PWE_BOTH}};
  // Neither needs an end when it fills its place
  memcpy(config.sta.ssid, CONFIG_SESAME_WIFI_SSID, strnlen(CONFIG_SESAME_WIFI_SSID, sizeof config.sta.ssid));
  memcpy(config.sta.password, CONFIG_SESAME_WIFI_PASSWORD,
         strnlen(CONFIG_SESAME_WIFI_PASSWORD, sizeof config.sta.password));
  return config;
}

static esp_err_t start(void) {
  wifi_config_t config = network();
  wifi_init_config_t defaults = WIFI_INIT_CONFIG_DEFAULT();
  esp_err_t error = esp_netif_init();
  if (error == ESP_OK) error = esp_event_loop_create_default();
  if (error == ESP_OK && !esp_netif_create_default_wifi_sta()) error = ESP_ERR_NO_MEM;
  if (error == ESP_OK) error = esp_wifi_init(&defaults);
  if (error == ESP_OK) error = esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_event, NULL);
  if (error == ESP_OK) error = esp_event_handler_register(IP_EVENT, IP_EVENT_STA_GOT_IP, on_event, NULL);
  if (error == ESP_OK) error = esp_wifi_set_storage(WIFI_STORAGE_RAM); // the program carries the password already
  if (error == ESP_OK) error = esp_wifi_set_mode(WIFI_MODE_STA);
  if (error == ESP_OK) error = esp_wifi_set_config(WIFI_IF_STA, &config);
  if (error == ESP_OK) error = esp_wifi_start();
  // The receiver stays on: its noise is the entropy, and a key that is typed is not answered a beacon later
  if (error == ESP_OK) error = esp_wifi_set_ps(WIFI_PS_NONE);
  return error;
}

bool wifi_start(void) {
  if (CONFIG_SESAME_WIFI_SSID[0] == 0) {
    ESP_LOGE(tag, "no network is configured: idf.py menuconfig, Sesame");
    return false;
  }
  esp_err_t error = start();
  if (error != ESP_OK) ESP_LOGE(tag, "the radio does not start: %s", esp_err_to_name(error));
  return error == ESP_OK;
}
