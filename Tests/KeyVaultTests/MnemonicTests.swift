import EVMCrypto
import EVMTypes
import Foundation
import Testing

@testable import KeyVault

/// BIP-39's own vectors (trezor/python-mnemonic `vectors.json`, passphrase TREZOR) and BIP-32's (bip-0032.mediawiki),
/// as facts.
@Suite struct MnemonicTests {
    private func secret(_ hex: String) -> SecretBytes { SecretBytes(copying: Hex.decode(hex) ?? []) }
    private func text(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }
    private func bytes(_ mnemonic: borrowing Mnemonic) -> String {
        String(decoding: mnemonic.withBytes { span in (0..<span.count).map { span[$0] } }, as: UTF8.self)
    }

    @Test func theListIsTheStandards() {
        let words = WordList.words
        #expect(words.count == 2_048)
        let file: [UInt8] = words.flatMap { word -> [UInt8] in word + [0x0a] }
        #expect(Hex.encode(SHA256.hash(file).bytes, prefix: false) == EnglishWords.sha256)
        for (index, word) in words.enumerated() { #expect(WordList.index(of: word) == index) }
        #expect(WordList.index(of: Array("abandonx".utf8)) == nil && WordList.index(of: []) == nil)
        #expect(WordList.index(of: Array("zzz".utf8)) == nil)
    }

    @Test func theStandardsSentencesAndSeeds() throws {
        for vector in mnemonicVectors {
            let made = try Mnemonic(entropy: secret(vector.entropy))
            #expect(bytes(made) == vector.sentence)
            let read = try Mnemonic(parsing: text("  " + vector.sentence.uppercased() + "\n"))
            let seed = try read.seed(passphrase: text("TREZOR"))
            let isSame = seed.equals(secret(vector.seed))
            #expect(isSame)
            let master = try ExtendedKey(seed: seed)
            #expect(base58(master.serialized(isPrivate: true)) == vector.master)
        }
    }

    @Test func randomSentencesReadBack() throws {
        for count in Mnemonic.wordCounts {
            let made = try Mnemonic.random(words: count)
            let shown = bytes(made)
            #expect(shown.split(separator: " ").count == count && made.wordCount == count)
            #expect(bytes(try Mnemonic(parsing: text(shown))) == shown)
        }
    }

    @Test func wrongSentencesAreRefusedWithoutTheirWords() throws {
        let good = mnemonicVectors[0].sentence
        let cases = [
            "", "abandon", good + " about", swapped(good, "abandon"), swapped(good, "secretword"),
            String(repeating: "a", count: 2_000),
        ]
        for wrong in cases {
            let error = failure { () throws(KeyVaultError) in _ = try Mnemonic(parsing: text(wrong)) }
            #expect(error?.code == .badInput)
            #expect(error?.message.contains("secretword") == false)
        }
        #expect(failure { () throws(KeyVaultError) in _ = try Mnemonic.random(words: 13) }?.code == .badInput)
        let mnemonic = try Mnemonic(parsing: text(good))
        let error = failure { () throws(KeyVaultError) in _ = try mnemonic.seed(passphrase: text("passwörd")) }
        #expect(error?.code == .badInput)
        // Every change of one word but one in sixteen breaks the checksum of twelve words.
        var accepted = 0
        for word in WordList.words {
            let changed = swapped(good, String(decoding: word, as: UTF8.self))
            if (try? Mnemonic(parsing: text(changed)).wordCount) != nil { accepted += 1 }
        }
        #expect(accepted == 128)
    }

    private func swapped(_ sentence: String, _ word: String) -> String {
        sentence.replacingOccurrences(of: "about", with: word)
    }

    @Test func theStandardsChainsOfKeys() throws {
        for vector in chainVectors {
            let master = try ExtendedKey(seed: secret(vector.seed))
            try walk(master, vector.keys[...])
            for (path, _, privateText) in vector.keys {
                let key = try master.derive(try DerivationPath(path))
                var raw = key.withBytes { span in (0..<32).map { span[$0] } }
                #expect(base58Decoded(privateText).dropFirst(46).prefix(32) == raw[...])
                wipe(&raw)
            }
        }
    }

    /// Every node of a chain, from `node` down, against its two strings.
    private func walk(
        _ node: borrowing ExtendedKey, _ rows: ArraySlice<(path: String, publicText: String, privateText: String)>
    )
        throws
    {
        guard let row = rows.first else { return }
        #expect(base58(node.serialized(isPrivate: false)) == row.publicText)
        #expect(base58(node.serialized(isPrivate: true)) == row.privateText)
        guard let next = rows.dropFirst().first, let number = try DerivationPath(next.path).indices.last else { return }
        try walk(try node.child(number), rows.dropFirst())
    }

    @Test func accountsOfThePublishedSentences() throws {
        // apis.md 5.2, measured with eth-account.
        let cases = [
            (
                "test test test test test test test test test test test junk", 0,
                "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
            ),
            (
                "test test test test test test test test test test test junk", 1,
                "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
            ),
            (mnemonicVectors[0].sentence, 0, "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
        ]
        for (sentence, index, address) in cases {
            let seed = try Mnemonic(parsing: text(sentence)).seed(passphrase: text(""))
            let key = try ExtendedKey(seed: seed).derive(.ethereum(UInt32(index)))
            #expect(key.address.checksummed == address)
        }
    }

    @Test func pathsAreReadStrictly() throws {
        #expect(try DerivationPath("m").indices == [])
        #expect(try DerivationPath("m/44h/60H/0'/0/7") == .ethereum(7))
        #expect(DerivationPath.ethereum(7).description == "m/44'/60'/0'/0/7")
        #expect(DerivationPath.ledgerLive(3).description == "m/44'/60'/3'/0/0")
        let wrong = [
            "", "/", "m/", "M/0", "0/1", "m/-1", "m/+1", "m/2147483648", "m/4294967296", "m/1''", "m/ 1", "m//1",
            "m/1/",
            "m" + String(repeating: "/0", count: 256),
        ]
        for text in wrong {
            #expect(failure { () throws(KeyVaultError) in _ = try DerivationPath(text) }?.code == .badInput)
        }
    }
}

private let base58Digits = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

/// Base58 of bytes that do not start with zero.
private func base58(_ bytes: [UInt8]) -> String {
    var digits: [UInt8] = []
    for byte in bytes {
        var carry = Int(byte)
        for index in digits.indices {
            carry += Int(digits[index]) << 8
            digits[index] = UInt8(carry % 58)
            carry /= 58
        }
        while carry > 0 {
            digits.append(UInt8(carry % 58))
            carry /= 58
        }
    }
    return String(decoding: digits.reversed().map { base58Digits[Int($0)] }, as: UTF8.self)
}

/// The 82 bytes of an extended key's text.
private func base58Decoded(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for character in text.utf8 {
        var carry = base58Digits.firstIndex(of: character) ?? 0
        for index in bytes.indices {
            carry += Int(bytes[index]) * 58
            bytes[index] = UInt8(carry & 0xff)
            carry >>= 8
        }
        while carry > 0 {
            bytes.append(UInt8(carry & 0xff))
            carry >>= 8
        }
    }
    return bytes.reversed()
}
