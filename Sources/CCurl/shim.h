#pragma once
// curl_easy_setopt and curl_easy_getinfo are variadic: one typed wrapper for each shape that is used.
#include <curl/curl.h>

static inline CURLcode martlet_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode martlet_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode martlet_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode martlet_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
typedef size_t (*martlet_curl_write)(char *, size_t, size_t, void *);
static inline CURLcode martlet_curl_set_write(CURL *handle, CURLoption option, martlet_curl_write function) {
    return curl_easy_setopt(handle, option, function);
}
typedef int (*martlet_curl_progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
static inline CURLcode martlet_curl_set_progress(CURL *handle, CURLoption option, martlet_curl_progress function) {
    return curl_easy_setopt(handle, option, function);
}
static inline CURLcode martlet_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}
// Threads may race to the first use: the caller makes sure that this runs once.
static inline CURLcode martlet_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
static inline CURLcode martlet_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
