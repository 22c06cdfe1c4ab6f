internal import CPKCS11
import EVMCrypto
import EVMTypes
import KeyVault

/// One key on a PKCS#11 token, with an open session. Used by one thread at a time.
///
/// Source: PKCS#11 v2.40; facts/apis.md §7.3 for what tokens do with secp256k1.
struct PKCS11Token: ~Copyable {
    private let functions: martlet_p11
    private let session: CK_SESSION_HANDLE
    private let key: CK_OBJECT_HANDLE
    /// The key's public half, read from the token.
    let publicKey: PublicKey

    /// Loads `module`, finds the token and the key by their labels and logs in.
    ///
    /// Throws `.signerUnavailable` with what is missing, `.wrongPassword` for a refused PIN, `.ambiguous` for several
    /// keys of that label, `.invalidKey` for a key of another curve.
    static func open(
        module: String, token: String, key label: String, pin: borrowing SecretBytes
    ) throws(KeyVaultError) -> PKCS11Token {
        guard let functions = martlet_p11_load(module) else {
            throw KeyVaultError(.signerUnavailable, "is no PKCS#11 module that starts", path: module)
        }
        guard let slot = Self.slot(functions, token) else {
            throw KeyVaultError(.signerUnavailable, "has no token \"\(token.printable)\"", path: module)
        }
        var session: CK_SESSION_HANDLE = 0
        guard martlet_p11_open(functions, slot, &session) == CKR_OK else {
            throw KeyVaultError(.signerUnavailable, "the token opens no session", path: module)
        }
        do throws(KeyVaultError) {
            try logIn(functions, session, pin, module)
            let key = try Self.object(functions, session, CK_ULONG(CKO_PRIVATE_KEY), label, module)
            let shown = try Self.object(functions, session, CK_ULONG(CKO_PUBLIC_KEY), label, module)
            let point = try Self.point(functions, session, shown, module)
            return PKCS11Token(functions: functions, session: session, key: key, publicKey: point)
        } catch {
            martlet_p11_close(functions, session)
            throw error
        }
    }

    private init(
        functions: martlet_p11, session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE, publicKey: PublicKey
    ) {
        self.functions = functions
        self.session = session
        self.key = key
        self.publicKey = publicKey
    }

    private static func logIn(
        _ functions: martlet_p11, _ session: CK_SESSION_HANDLE, _ pin: borrowing SecretBytes, _ module: String
    ) throws(KeyVaultError) {
        let result = pin.withBytes { span in
            span.withUnsafeBufferPointer { martlet_p11_login(functions, session, $0.baseAddress, CK_ULONG($0.count)) }
        }
        guard result == CKR_OK else {
            let isPIN = [CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_LOCKED].contains {
                CK_RV($0) == result
            }
            throw KeyVaultError(
                isPIN ? .wrongPassword : .signerUnavailable, "the token refused the login (code \(result))",
                path: module)
        }
    }

    deinit { martlet_p11_close(functions, session) }

    /// The 64 bytes r, s of a digest, as the token gives them (s may be high); nil with the token's code otherwise.
    borrowing func sign(_ digest: Hash32) -> (bytes: [UInt8]?, code: UInt) {
        var bytes = [UInt8](repeating: 0, count: 64)
        var count: CK_ULONG = 64
        let result = martlet_p11_sign(functions, session, key, digest.bytes, 32, &bytes, &count)
        return (result == CKR_OK && count == 64 ? bytes : nil, UInt(result))
    }

    private static func slot(_ functions: martlet_p11, _ token: String) -> CK_SLOT_ID? {
        var slots = [CK_SLOT_ID](repeating: 0, count: 256)
        var count = CK_ULONG(slots.count)
        guard martlet_p11_slots(functions, &slots, &count) == CKR_OK else { return nil }
        return slots.prefix(Int(count)).first { slot in
            var label = [UInt8](repeating: 0, count: 32)
            guard martlet_p11_label(functions, slot, &label) == CKR_OK else { return false }
            while label.last == 0x20 || label.last == 0 { label.removeLast() }
            return String(decoding: label, as: UTF8.self) == token
        }
    }

    private static func object(
        _ functions: martlet_p11, _ session: CK_SESSION_HANDLE, _ kind: CK_ULONG, _ label: String, _ module: String
    ) throws(KeyVaultError) -> CK_OBJECT_HANDLE {
        var found: [CK_OBJECT_HANDLE] = [0, 0]
        var count: CK_ULONG = 0
        let what = kind == CK_ULONG(CKO_PRIVATE_KEY) ? "private" : "public"
        guard martlet_p11_find(functions, session, kind, label, &found, &count) == CKR_OK, count > 0 else {
            throw KeyVaultError(
                .signerUnavailable, "the token holds no \(what) EC key \"\(label.printable)\"", path: module)
        }
        guard count == 1 else {
            throw KeyVaultError(.ambiguous, "the token holds several \(what) keys \"\(label.printable)\"", path: module)
        }
        return found[0]
    }

    /// Reads curve and point. The point is a DER octet string around the uncompressed form; some tokens leave the
    /// wrapping out.
    private static func point(
        _ functions: martlet_p11, _ session: CK_SESSION_HANDLE, _ object: CK_OBJECT_HANDLE, _ module: String
    ) throws(KeyVaultError) -> PublicKey {
        func attribute(_ which: UInt) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 128)
            var count = CK_ULONG(bytes.count)
            guard martlet_p11_attribute(functions, session, object, CK_ULONG(which), &bytes, &count) == CKR_OK,
                count <= 128
            else { return [] }
            return Array(bytes.prefix(Int(count)))
        }
        // The object identifier of secp256k1, 1.3.132.0.10, in DER. Source: SEC 2 v2, appendix A.2.
        guard attribute(UInt(CKA_EC_PARAMS)) == [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a] else {
            throw KeyVaultError(.invalidKey, "the key is not of secp256k1", path: module)
        }
        var bytes = attribute(UInt(CKA_EC_POINT))
        if bytes.count == 67, bytes[0] == 0x04, bytes[1] == 0x41 { bytes.removeFirst(2) }
        guard bytes.count == 65, bytes[0] == 0x04,
            let key = PublicKey(x: U256(bigEndian: bytes[1..<33]), y: U256(bigEndian: bytes[33..<65]))
        else {
            throw KeyVaultError(.invalidKey, "the token names no point of secp256k1", path: module)
        }
        return key
    }
}
