import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation

/// The shared secret of the HTTP door: 32 bytes. Never prints.
public struct JWTSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Takes 32 bytes; nil for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Reads the file form of the engine API: 64 hex digits, `0x` optional, surrounding white space trimmed; mode
    /// 0600 is required.
    ///
    /// Throws `.badSecret`, `.io`. The content is never part of a message.
    public init(file path: String) throws(AdminError) {
        let content = try SecretFile.read(path, bytesMax: 256)
        let text = String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let decoded = Hex.decode(text), let secret = JWTSecret(bytes: decoded) else {
            throw AdminError(.badSecret, "\(path): not a JWT secret: 64 hex digits are expected")
        }
        self = secret
    }

    public var description: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    func authenticate(_ text: String) -> [UInt8] { HMACSHA256.authenticate(Array(text.utf8), key: bytes).bytes }
}

/// JSON Web Tokens as the engine API uses them: HS256 and `iat`, nothing else. Source: RFC 7519, RFC 7515;
/// execution-apis `src/engine/authentication.md`.
public enum JWT {
    /// How far `iat` may be from our clock, in seconds, either way.
    public static let toleranceSeconds: Int64 = 60
    /// Longest token looked at, in bytes.
    static let bytesMax = 4_096

    /// Why a token was refused; the raw value is the body of the 401 answer.
    public enum Refusal: String, Error, Sendable, CaseIterable {
        case missing = "missing token"
        case malformed = "malformed token"
        case wrongAlgorithm = "only HS256 is accepted"
        case badSignature = "bad token signature"
        case missingIssuedAt = "missing issued-at"
        case stale = "stale token"
        case future = "future token"
        case expired = "token is expired"
    }

    /// A fresh token, issued at `now` (Unix seconds).
    public static func make(secret: JWTSecret, now: Int64) -> String {
        let head = encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)) + "." + encode(Array("{\"iat\":\(now)}".utf8))
        return head + "." + encode(secret.authenticate(head))
    }

    /// Checks the value of an `Authorization` header at `now` (Unix seconds). The signature is checked before any
    /// claim is read.
    public static func check(authorization: String?, secret: JWTSecret, now: Int64) throws(Refusal) {
        guard let authorization, authorization.utf8.count <= bytesMax else { throw .missing }
        let words = authorization.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw .missing }
        let parts = words[1].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = decode(parts[0]), let body = decode(parts[1]), let mac = decode(parts[2])
        else {
            throw .malformed
        }
        guard let header = (try? JSON.parse(head))?.object else { throw .malformed }
        guard header["alg"]?.string == "HS256", header["crit"] == nil else { throw .wrongAlgorithm }
        guard constantTimeEquals(secret.authenticate("\(parts[0]).\(parts[1])"), mac) else { throw .badSignature }
        guard let claims = (try? JSON.parse(body))?.object else { throw .malformed }
        try check(claims, now: now)
    }

    private static func check(_ claims: JSONObject, now: Int64) throws(Refusal) {
        guard let issued = try seconds(claims["iat"]) else { throw .missingIssuedAt }
        if issued < now - toleranceSeconds { throw .stale }
        if issued > now + toleranceSeconds { throw .future }
        if let expiry = try seconds(claims["exp"]), expiry <= now { throw .expired }
    }

    /// A NumericDate; fractions are cut. Nil when the claim is absent.
    private static func seconds(_ claim: JSON?) throws(Refusal) -> Int64? {
        guard let claim else { return nil }
        guard let value = claim.double, abs(value) < 1e15 else { throw .malformed }
        return Int64(value)
    }

    /// Base64url without padding (RFC 7515 §2).
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(
            of: "/", with: "_"
        )
        .replacingOccurrences(of: "=", with: "")
    }

    /// Strict: only the base64url alphabet, no padding, no other length than an encoder gives, no stray bits.
    static func decode(_ text: Substring) -> [UInt8]? {
        let isAlphabet = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d
                || $0 == 0x5f
        }
        guard isAlphabet, text.utf8.count % 4 != 1 else { return nil }
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), encode(Array(data)) == String(text) else { return nil }
        return Array(data)
    }
}
