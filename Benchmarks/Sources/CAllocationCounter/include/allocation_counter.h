#pragma once
#include <stdint.h>

/// Heap blocks this process has asked for since it started (malloc, calloc, realloc and the aligned forms), on all threads.
uint64_t martlet_allocation_count(void);
