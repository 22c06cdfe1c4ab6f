import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import KeyVault

/// Passwords and keys as tests write them.
func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }
func key(_ hex: String) -> PrivateKey {
    PrivateKey(bytes: Hex.decode(hex) ?? []) ?? { fatalError("bad key in a test") }()
}
func hexOf(_ key: borrowing PrivateKey) -> String {
    key.withBytes { span in Hex.encode((0..<span.count).map { span[$0] }, prefix: false) }
}

let sampleKey = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"

/// The error that `body` throws, or nil. Works with results that cannot be copied.
func failure<Value: ~Copyable>(_ body: () throws(KeyVaultError) -> Value) -> KeyVaultError? {
    do throws(KeyVaultError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

/// Everyone else's keystores, kept beside the tests (see SOURCE.md there).
struct KeystoreVector: Decodable {
    var name, password, key, address, file: String

    static func all() throws -> [KeystoreVector] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: tests.appendingPathComponent("Vectors/keystore/vectors.json"))
        return try JSONDecoder().decode([KeystoreVector].self, from: data)
    }
}

@Suite struct KeystoreTests {
    @Test func filesOfOtherProgramsOpen() throws {
        let vectors = try KeystoreVector.all()
        #expect(vectors.count == 7)
        for vector in vectors {
            let keystore = try Keystore(parsing: Array(vector.file.utf8))
            let opened = try keystore.decrypt(password: secret(vector.password))
            #expect(hexOf(opened) == vector.key, "\(vector.name)")
            #expect(opened.address == Address(hex: vector.address), "\(vector.name)")
            #expect(
                failure { () throws(KeyVaultError) in try keystore.decrypt(password: secret(vector.password + "x")) }?
                    .code == .wrongPassword)
        }
    }

    @Test func theOfficialKeyStoreTestsOpen() throws {
        guard let url = try VectorArchive.stateTests.file("small/KeyStoreTests/basic_tests.json") else { return }
        let cases = try #require(try JSON.parse(Array(try Data(contentsOf: url))).object)
        var opened = 0
        for name in cases.keys {
            let test = try #require(cases[name])
            let file = try #require(test["json"]).bytes
            let password = try #require(test["password"]?.string)
            let found = try Keystore(parsing: file).decrypt(password: secret(password))
            #expect(hexOf(found) == test["priv"]?.string, "\(name)")
            opened += 1
        }
        #expect(opened == 3)
    }

    @Test func ourFilesHaveGethsMembersInItsOrderAndOpenAgain() throws {
        let original = key(sampleKey)
        let keystore = try Keystore(encrypting: original, password: secret("p"), strength: .light)
        let text = String(decoding: keystore.serialized(), as: UTF8.self)
        let shape = try Regex(
            #"\{"address":"008aeeda4d805471df9b2a5b0f38a0c3bcba786b","crypto":\{"cipher":"aes-128-ctr","#
                + #""ciphertext":"[0-9a-f]{64}","cipherparams":\{"iv":"[0-9a-f]{32}"\},"kdf":"scrypt","#
                + #""kdfparams":\{"dklen":32,"n":4096,"p":6,"r":8,"salt":"[0-9a-f]{64}"\},"mac":"[0-9a-f]{64}"\},"#
                + #""id":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}","version":3\}"#)
        #expect(text.wholeMatch(of: shape) != nil, "\(text)")
        let again = try Keystore(parsing: keystore.serialized())
        #expect(again == keystore)
        #expect(hexOf(try again.decrypt(password: secret("p"))) == sampleKey)
        let second = try Keystore(encrypting: original, password: secret("p"), strength: .light)
        #expect(
            second.salt != keystore.salt && second.id != keystore.id && second.initialVector != keystore.initialVector)
    }

    @Test func theDefaultIsGethsStandardCost() throws {
        let keystore = try Keystore(encrypting: key(sampleKey), password: secret("p"))
        #expect(keystore.derivation == .scrypt(n: 262_144, r: 8, p: 1))
        #expect(hexOf(try keystore.decrypt(password: secret("p"))) == sampleKey)
    }

    @Test func anEmptyPasswordIsRefusedForNewFiles() {
        let error = failure { () throws(KeyVaultError) in
            try Keystore(encrypting: key(sampleKey), password: secret(""), strength: .light)
        }
        #expect(error?.code == .badInput)
    }

    @Test func aFileThatStatesAnotherAddressIsRefused() throws {
        let vector = try #require(try KeystoreVector.all().first { $0.name == "key with leading zero bytes" })
        let own = vector.address.dropFirst(2).lowercased()
        let forged = vector.file.replacingOccurrences(of: own, with: String(repeating: "9", count: 40))
        #expect(forged != vector.file)
        let keystore = try Keystore(parsing: Array(forged.utf8))
        let error = failure { () throws(KeyVaultError) in try keystore.decrypt(password: secret(vector.password)) }
        #expect(error?.code == .addressMismatch)
    }

    @Test func fileNamesAreGethsForm() {
        let address = Address(hex: "0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b") ?? .zero
        // Times checked with GNU date.
        let cases: [(UInt64, UInt32, String)] = [
            (0, 0, "1970-01-01T00-00-00.000000000"), (951_782_400, 5, "2000-02-29T00-00-00.000000005"),
            (1_767_322_985, 678_901_234, "2026-01-02T03-03-05.678901234"),
            (4_107_542_399, 999_999_999, "2100-02-28T23-59-59.999999999"),
            (4_107_542_400, 1, "2100-03-01T00-00-00.000000001"), (1_709_251_199, 0, "2024-02-29T23-59-59.000000000"),
        ]
        for (seconds, nanoseconds, time) in cases {
            let name = Keystore.fileName(for: address, seconds: seconds, nanoseconds: nanoseconds)
            #expect(name == "UTC--\(time)Z--008aeeda4d805471df9b2a5b0f38a0c3bcba786b")
        }
    }
}
