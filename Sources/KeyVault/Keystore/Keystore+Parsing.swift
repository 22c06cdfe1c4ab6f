import EVMCodec
import EVMTypes

extension Keystore {
    /// Reads a keystore file. Never traps on any bytes. O(file).
    ///
    /// Throws `.malformed`, `.unsupportedVersion`, `.unsupportedCipher`, `.unsupportedDerivation` or
    /// `.parametersOutOfBounds`, before any costly work is done.
    public init(parsing bytes: [UInt8]) throws(KeyVaultError) {
        guard bytes.count <= Limits.fileBytesMax else { throw KeyVaultError(.malformed, "is over 64 KiB: no keystore") }
        let root: JSON
        do { root = try JSON.parse(bytes) } catch {
            throw KeyVaultError(.malformed, "is not JSON (damaged or cut short?): \(error)")
        }
        guard case .object = root else { throw KeyVaultError(.malformed, "is not a JSON object: no keystore") }
        try Keystore.requireVersion3(root["version"])
        guard let crypto = root["crypto"] ?? root["Crypto"], case .object = crypto else {
            throw KeyVaultError(.malformed, "has no member crypto")
        }
        guard let cipher = crypto["cipher"]?.string else {
            throw KeyVaultError(.malformed, "has no member crypto.cipher")
        }
        guard cipher == "aes-128-ctr" else {
            throw KeyVaultError(.unsupportedCipher, "cipher \(cipher.bounded) is not supported; only aes-128-ctr is")
        }
        guard let parameters = crypto["kdfparams"], case .object = parameters else {
            throw KeyVaultError(.malformed, "has no member crypto.kdfparams")
        }
        id = root["id"]?.string.map { $0.bounded } ?? ""
        address = try Keystore.readAddress(root["address"])
        derivation = try Keystore.readDerivation(name: crypto["kdf"]?.string, parameters)
        salt = try Keystore.readHex(parameters["salt"], "kdfparams.salt", 0...Limits.saltBytesMax)
        initialVector = try Keystore.readHex(crypto["cipherparams"]?["iv"], "cipherparams.iv", 16...16)
        ciphertext = try Keystore.readHex(crypto["ciphertext"], "ciphertext", 1...32)
        mac = try Keystore.readHex(crypto["mac"], "mac", 32...32)
    }

    /// Version 3 is the number 3 (some writers quote it); "1" and 1 are another, older format.
    private static func requireVersion3(_ value: JSON?) throws(KeyVaultError) {
        let text: String
        switch value {
        case .number(let number): text = number
        case .string(let string): text = string.bounded
        default: throw KeyVaultError(.malformed, "has no member version: no keystore of version 3")
        }
        if text == "3" { return }
        let advice = text == "1" ? "; open it in the client that wrote it and export it anew" : ""
        throw KeyVaultError(
            .unsupportedVersion, "keystore version \(text) is not supported; only version 3 is\(advice)")
    }

    private static func readAddress(_ value: JSON?) throws(KeyVaultError) -> Address? {
        switch value {
        case nil, .null: return nil
        case .string(let text) where text.isEmpty: return nil
        case .string(let text):
            guard let address = Address(hex: text) else {
                throw KeyVaultError(.malformed, "address is not 40 hex digits")
            }
            return address
        default: throw KeyVaultError(.malformed, "address is not a string")
        }
    }

    private static func readDerivation(name: String?, _ parameters: JSON) throws(KeyVaultError) -> Derivation {
        guard let length = integer(parameters["dklen"]) else {
            throw KeyVaultError(.malformed, "kdfparams.dklen is missing or no integer")
        }
        // Only the first 32 derived bytes are used, and both functions give the same first 32 for any longer output.
        guard (32...128).contains(length) else {
            throw KeyVaultError(.parametersOutOfBounds, "dklen \(length): must be 32 to 128")
        }
        let derivation: Derivation
        switch name {
        case "scrypt":
            guard let n = integer(parameters["n"]), let r = integer(parameters["r"]), let p = integer(parameters["p"])
            else {
                throw KeyVaultError(.malformed, "kdfparams n, r, p are missing or no integers")
            }
            derivation = .scrypt(n: n, r: r, p: p)
        case "pbkdf2":
            let prf = parameters["prf"]?.string ?? ""
            guard prf == "hmac-sha256" else {
                throw KeyVaultError(
                    .unsupportedDerivation, "pbkdf2 prf \(prf.bounded) is not supported; only hmac-sha256 is")
            }
            guard let iterations = integer(parameters["c"]) else {
                throw KeyVaultError(.malformed, "kdfparams.c is missing or no integer")
            }
            derivation = .pbkdf2(iterations: iterations)
        default:
            throw KeyVaultError(
                .unsupportedDerivation, "kdf \((name ?? "(none)").bounded) is not supported; scrypt and pbkdf2 are")
        }
        try derivation.validate()
        return derivation
    }

    /// A JSON number written as a plain integer; nil for anything else (fractions, exponents, strings, beyond Int).
    private static func integer(_ value: JSON?) -> Int? {
        guard case .number(let text)? = value else { return nil }
        return Int(text)
    }

    private static func readHex(
        _ value: JSON?, _ name: String, _ lengths: ClosedRange<Int>
    ) throws(KeyVaultError) -> [UInt8] {
        guard let text = value?.string, let bytes = Hex.decode(text) else {
            throw KeyVaultError(.malformed, "\(name) is missing or no hex text")
        }
        guard lengths.contains(bytes.count) else {
            throw KeyVaultError(.malformed, "\(name) has \(bytes.count) bytes, which is not allowed")
        }
        return bytes
    }
}

extension String {
    /// At most 64 characters without control characters, so that a hostile file cannot flood or steer the terminal.
    var bounded: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.prefix(64).filter {
                    $0.value >= 0x20 && $0.value != 0x7f && !(0x80...0x9f).contains($0.value)
                }))
    }
}
