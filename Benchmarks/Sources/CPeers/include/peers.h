#pragma once
#include <stddef.h>
#include <stdint.h>

/// OpenSSL's SHA3-256 through EVP, digest fetched once and context reused: the fastest way in for short messages.
/// The padding differs from Keccak-256, the work does not. Returns 1 on success.
int peer_sha3_256(const uint8_t *message, size_t length, uint8_t *digest32);

/// OpenSSL's hex text of `bytes`, without separators, with a zero at its end. Returns 1 on success.
int peer_hex(const uint8_t *bytes, size_t length, char *text, size_t capacity);

/// libsecp256k1 called from C: one recoverable signature, written as r, s, parity. Returns 1 on success.
int peer_sign(const uint8_t *key32, const uint8_t *digest32, uint8_t *signature65);

/// libsecp256k1 called from C: the point behind a signature, as x, y after a format byte. Returns 1 on success.
int peer_recover(const uint8_t *signature65, const uint8_t *digest32, uint8_t *point65);
