import EVMCrypto
import Foundation
import TestSupport
import Testing

@testable import KeyVault

@Suite struct KeystoreRefusalTests {
    private func light() throws -> String {
        let keystore = try Keystore(encrypting: key(sampleKey), password: secret("p"), strength: .light)
        return String(decoding: keystore.serialized(), as: UTF8.self)
    }

    private func code(_ text: String) -> KeyVaultError.Code? {
        failure { () throws(KeyVaultError) in try Keystore(parsing: Array(text.utf8)) }?.code
    }

    @Test func eachForeignFormIsRefusedByName() throws {
        let good = try light()
        #expect(code(good) == nil)
        let cases: [(String, String, KeyVaultError.Code)] = [
            (#""version":3"#, #""version":1"#, .unsupportedVersion),
            (#""version":3"#, #""version":"1""#, .unsupportedVersion),
            (#""version":3"#, #""version":4"#, .unsupportedVersion), (#""version":3"#, #""vers":3"#, .malformed),
            ("aes-128-ctr", "aes-128-cbc", .unsupportedCipher),
            (#""kdf":"scrypt""#, #""kdf":"argon2id""#, .unsupportedDerivation),
            (#""n":4096"#, #""n":4095"#, .parametersOutOfBounds), (#""n":4096"#, #""n":1"#, .parametersOutOfBounds),
            (#""n":4096"#, #""n":0"#, .parametersOutOfBounds), (#""n":4096"#, #""n":-4096"#, .parametersOutOfBounds),
            (#""n":4096"#, #""n":9223372036854775807"#, .parametersOutOfBounds),
            (#""n":4096"#, #""n":99999999999999999999"#, .malformed), (#""n":4096"#, #""n":4096.0"#, .malformed),
            (#""n":4096"#, #""n":1048576"#, .parametersOutOfBounds), (#""n":4096"#, #""n":"4096""#, .malformed),
            (#""r":8"#, #""r":0"#, .parametersOutOfBounds), (#""r":8"#, #""r":1000000"#, .parametersOutOfBounds),
            (#""p":6"#, #""p":0"#, .parametersOutOfBounds),
            (#""p":6"#, #""p":9223372036854775807"#, .parametersOutOfBounds),
            (#""dklen":32"#, #""dklen":16"#, .parametersOutOfBounds),
            (#""dklen":32"#, #""dklen":999999999"#, .parametersOutOfBounds),
            (#""mac":""#, #""mac":"0""#, .malformed), (#""iv":""#, #""iv":"00"#, .malformed),
            (#""ciphertext":""#, #""ciphertext":"00"#, .malformed), (#""address":""#, #""address":"00"#, .malformed),
            (#""crypto""#, #""crypt""#, .malformed),
        ]
        for (from, to, expected) in cases {
            let bad = good.replacingOccurrences(of: from, with: to)
            #expect(bad != good, "\(from)")
            #expect(code(bad) == expected, "\(from) -> \(to)")
        }
        #expect(code(good.replacingOccurrences(of: #""version":3"#, with: #""version":"3""#)) == nil)
    }

    @Test func pbkdf2IsBoundedAndOnlyWithSHA256() throws {
        let vector = try #require(try KeystoreVector.all().first { $0.name.contains("pbkdf2") })
        for (from, to, expected) in [
            ("hmac-sha256", "hmac-sha512", KeyVaultError.Code.unsupportedDerivation),
            ("5000", "0", .parametersOutOfBounds),
            ("5000", "2000000000", .parametersOutOfBounds), ("5000", "null", .malformed),
        ] {
            let bad = vector.file.replacingOccurrences(of: from, with: to)
            #expect(bad != vector.file)
            #expect(code(bad) == expected, "\(from) -> \(to)")
        }
    }

    @Test func everyTruncationIsRefusedWithoutATrap() throws {
        let bytes = Array(try light().utf8)
        for length in 0..<bytes.count {
            let error = failure { () throws(KeyVaultError) in try Keystore(parsing: Array(bytes[0..<length])) }
            #expect(error?.code == .malformed, "\(length) bytes")
        }
        let long = failure { () throws(KeyVaultError) in
            try Keystore(parsing: bytes + [UInt8](repeating: 0x20, count: 70_000))
        }
        #expect(long?.code == .malformed)
    }

    @Test func noMutationTrapsOrOpensToAnotherKey() throws {
        var random = SeededGenerator()
        let good = Array(try light().utf8)
        let alphabet = Array(#"{}[]",:0123456789abcdefnrptuo\x-+.eE "#.utf8) + [0x00, 0xff, 0xc3]
        var parsed = 0
        var decrypted = 0
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
                default: bytes[place] = alphabet.randomElement(using: &random) ?? 0
                }
            }
            guard let keystore = try? Keystore(parsing: bytes) else { continue }
            parsed += 1
            // Opening costs scrypt: only some, and only where the cost was not mutated upwards.
            guard keystore.derivation == .scrypt(n: 4_096, r: 8, p: 6), decrypted < 40 else { continue }
            decrypted += 1
            if let opened = try? keystore.decrypt(password: secret("p")) { #expect(hexOf(opened) == sampleKey) }
        }
        #expect(parsed > 100 && decrypted == 40, "seed \(random.seed): the fuzz must reach past the parser")
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededGenerator()
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(failure { () throws(KeyVaultError) in try Keystore(parsing: bytes) } != nil)
        }
    }

    @Test func hostileTextNeverReachesAMessageWhole() throws {
        let escape = "\\u001b[2J" + String(repeating: "A", count: 1_000)
        let bad = try light().replacingOccurrences(of: "aes-128-ctr", with: escape)
        let error = try #require(failure { () throws(KeyVaultError) in try Keystore(parsing: Array(bad.utf8)) })
        #expect(error.code == .unsupportedCipher)
        #expect(!error.description.contains("\u{1b}") && error.description.count < 200)
    }
}
