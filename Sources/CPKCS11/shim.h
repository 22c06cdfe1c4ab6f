#pragma once
// PKCS#11 v2.40 types from p11-kit's header. Tokens come as shared objects that are loaded at run time; nothing is linked.
// The wrappers spare Swift the table of function pointers and the attribute templates. Each gives CK_RV, 0 when all is well.
#include <dlfcn.h>
#include <string.h>
#include <p11-kit/pkcs11.h>

typedef CK_FUNCTION_LIST *martlet_p11;

// Loads a module and starts it. NULL when it is no PKCS#11 module or does not start.
static inline martlet_p11 martlet_p11_load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return NULL;
    CK_RV (*list)(CK_FUNCTION_LIST_PTR_PTR) = (CK_RV (*)(CK_FUNCTION_LIST_PTR_PTR))dlsym(library, "C_GetFunctionList");
    CK_FUNCTION_LIST *functions = NULL;
    if (!list || list(&functions) != CKR_OK || !functions) { dlclose(library); return NULL; }
    CK_C_INITIALIZE_ARGS arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = CKF_OS_LOCKING_OK;
    CK_RV result = functions->C_Initialize(&arguments);
    if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED) { dlclose(library); return NULL; }
    return functions;
}

// Slots with a token; *count is the room in `slots`, then how many there are.
static inline CK_RV martlet_p11_slots(martlet_p11 p11, CK_SLOT_ID *slots, CK_ULONG *count) {
    return p11->C_GetSlotList(CK_TRUE, slots, count);
}

// The 32 bytes of a token's label, padded with blanks.
static inline CK_RV martlet_p11_label(martlet_p11 p11, CK_SLOT_ID slot, unsigned char *label) {
    CK_TOKEN_INFO info;
    CK_RV result = p11->C_GetTokenInfo(slot, &info);
    if (result == CKR_OK) memcpy(label, info.label, 32);
    return result;
}

static inline CK_RV martlet_p11_open(martlet_p11 p11, CK_SLOT_ID slot, CK_SESSION_HANDLE *session) {
    return p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, session);
}

static inline CK_RV martlet_p11_login(martlet_p11 p11, CK_SESSION_HANDLE session, const unsigned char *pin, CK_ULONG count) {
    CK_RV result = p11->C_Login(session, CKU_USER, (CK_UTF8CHAR_PTR)pin, count);
    return result == CKR_USER_ALREADY_LOGGED_IN ? CKR_OK : result;
}

static inline void martlet_p11_close(martlet_p11 p11, CK_SESSION_HANDLE session) { p11->C_CloseSession(session); }

// Up to two EC keys of a class (CKO_PRIVATE_KEY, CKO_PUBLIC_KEY) with a label; *count says how many were found.
static inline CK_RV martlet_p11_find(
    martlet_p11 p11, CK_SESSION_HANDLE session, CK_ULONG class, const char *label, CK_OBJECT_HANDLE *found, CK_ULONG *count) {
    CK_OBJECT_CLASS kind = class;
    CK_KEY_TYPE type = CKK_EC;
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &kind, sizeof kind}, {CKA_KEY_TYPE, &type, sizeof type}, {CKA_LABEL, (void *)label, strlen(label)}};
    CK_RV result = p11->C_FindObjectsInit(session, template, 3);
    if (result != CKR_OK) return result;
    result = p11->C_FindObjects(session, found, 2, count);
    p11->C_FindObjectsFinal(session);
    return result;
}

// One attribute; *count is the room, then the length.
static inline CK_RV martlet_p11_attribute(
    martlet_p11 p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ULONG which, unsigned char *bytes, CK_ULONG *count) {
    CK_ATTRIBUTE attribute = {which, bytes, *count};
    CK_RV result = p11->C_GetAttributeValue(session, object, &attribute, 1);
    *count = attribute.ulValueLen;
    return result;
}

// ECDSA over a digest as it is; *count is the room, then the length.
static inline CK_RV martlet_p11_sign(
    martlet_p11 p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, const unsigned char *digest, CK_ULONG digestCount,
    unsigned char *signature, CK_ULONG *count) {
    CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
    CK_RV result = p11->C_SignInit(session, &mechanism, key);
    if (result != CKR_OK) return result;
    return p11->C_Sign(session, (CK_BYTE_PTR)digest, digestCount, signature, count);
}
