#include "peers.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

int peer_sha3_256(const uint8_t *message, size_t length, uint8_t *digest32) {
    static EVP_MD *digest;
    static EVP_MD_CTX *context;
    if (!context) {
        digest = EVP_MD_fetch(NULL, "SHA3-256", NULL);
        context = EVP_MD_CTX_new();
    }
    unsigned int written = 0;
    return EVP_DigestInit_ex2(context, digest, NULL) == 1 && EVP_DigestUpdate(context, message, length) == 1 &&
           EVP_DigestFinal_ex(context, digest32, &written) == 1 && written == 32;
}

int peer_hex(const uint8_t *bytes, size_t length, char *text, size_t capacity) {
    size_t written = 0;
    return OPENSSL_buf2hexstr_ex(text, capacity, &written, bytes, length, '\0') == 1 && written == 2 * length + 1;
}

static secp256k1_context *curve(void) {
    static secp256k1_context *context;
    if (!context) context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    return context;
}

int peer_sign(const uint8_t *key32, const uint8_t *digest32, uint8_t *signature65) {
    secp256k1_ecdsa_recoverable_signature made;
    int recovery = 0;
    if (!secp256k1_ecdsa_sign_recoverable(curve(), &made, digest32, key32, NULL, NULL)) return 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(curve(), signature65, &recovery, &made);
    signature65[64] = (uint8_t)recovery;
    return 1;
}

int peer_recover(const uint8_t *signature65, const uint8_t *digest32, uint8_t *point65) {
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey point;
    size_t length = 65;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(curve(), &parsed, signature65, signature65[64])) return 0;
    if (!secp256k1_ecdsa_recover(curve(), &point, &parsed, digest32)) return 0;
    return secp256k1_ec_pubkey_serialize(curve(), point65, &length, &point, SECP256K1_EC_UNCOMPRESSED);
}
