public import EVMCrypto
import EVMTypes

/// A BIP-39 sentence of 12, 15, 18, 21 or 24 English words, kept as secret bytes: words in lower case, one space
/// between.
///
/// Nothing prints it; `withBytes` lends it to whoever shows it to its owner.
/// Source: BIP-39.
public struct Mnemonic: ~Copyable, Sendable {
    /// The sentence in ASCII.
    private let sentence: SecretBytes
    /// How many words it has.
    public let wordCount: Int

    /// The word counts of the standard.
    public static let wordCounts = [12, 15, 18, 21, 24]
    /// Longest text that is looked at, in bytes.
    public static let bytesMax = 1_024

    /// Draws a new sentence. Throws `.badInput` for another count than 12, 15, 18, 21, 24; `.cryptoFailure`.
    public static func random(words: Int) throws(KeyVaultError) -> Mnemonic {
        guard wordCounts.contains(words) else { throw wrongCount(words) }
        do {
            let entropy = try SecureRandom.secret(count: words / 3 * 4)
            return try Mnemonic(entropy: entropy)
        } catch let error as KeyVaultError {
            throw error
        } catch {
            throw KeyVaultError(.cryptoFailure, "the system's random source refused: \(error)")
        }
    }

    /// The sentence of 16, 20, 24, 28 or 32 bytes of entropy. Throws `.badInput` for other sizes.
    public init(entropy: borrowing SecretBytes) throws(KeyVaultError) {
        let words = entropy.count / 4 * 3
        guard entropy.count % 4 == 0, Self.wordCounts.contains(words) else {
            throw KeyVaultError(.badInput, "entropy of \(entropy.count) bytes; BIP-39 has 16, 20, 24, 28 and 32")
        }
        var bits = entropy.withBytes { span in (0..<span.count).map { span[$0] } }
        defer { wipe(&bits) }
        bits.append(SHA256.hash(bits).bytes[0])
        var text: [UInt8] = []
        // Never grown: a reallocation would leave a copy behind. A word has at most 8 letters.
        text.reserveCapacity(words * 9)
        for word in 0..<words {
            if word > 0 { text.append(0x20) }
            text += WordList.word(Self.index(bits, word))
        }
        sentence = SecretBytes(taking: &text)
        wordCount = words
    }

    /// Takes a sentence: case and white space do not matter; every word and the checksum must be right.
    ///
    /// Throws `.badInput` naming the place of the first unknown word, never the word itself.
    public init(parsing text: borrowing SecretBytes) throws(KeyVaultError) {
        guard text.count <= Self.bytesMax else { throw KeyVaultError(.badInput, "a mnemonic of over 1024 bytes") }
        var words = text.withBytes { span in WordList.split(span) }
        defer { for index in words.indices { wipe(&words[index]) } }
        guard Self.wordCounts.contains(words.count) else { throw Self.wrongCount(words.count) }
        var bits = [UInt8](repeating: 0, count: (words.count * 11 + 7) / 8)
        defer { wipe(&bits) }
        for (place, word) in words.enumerated() {
            guard let index = WordList.index(of: word) else {
                throw KeyVaultError(.badInput, "word \(place + 1) of the mnemonic is not in BIP-39's English list")
            }
            for bit in 0..<11 where index >> (10 - bit) & 1 == 1 {
                let at = place * 11 + bit
                bits[at / 8] |= 0x80 >> UInt8(at % 8)
            }
        }
        let count = words.count / 3 * 4
        var entropy = Array(bits[0..<count])
        defer { wipe(&entropy) }
        let checkBits = words.count / 3
        let mask = UInt8(truncatingIfNeeded: 0xff00 >> checkBits)
        guard SHA256.hash(entropy).bytes[0] & mask == bits[count] & mask else {
            throw KeyVaultError(.badInput, "the mnemonic's checksum is wrong: a word is misspelt or out of place")
        }
        let secret = SecretBytes(copying: entropy)
        self = try Mnemonic(entropy: secret)
    }

    /// Lends the sentence for the time of `body`.
    public borrowing func withBytes<R: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> R
    ) throws(Failure) -> R {
        try sentence.withBytes(body)
    }

    /// The 64-byte seed: PBKDF2-HMAC-SHA512, 2,048 rounds, salt "mnemonic" + passphrase. About 1 ms.
    ///
    /// Throws `.badInput` for a passphrase that is not ASCII: BIP-39 wants it in Unicode form NFKD, which is not
    /// done here.
    public borrowing func seed(passphrase: borrowing SecretBytes) throws(KeyVaultError) -> SecretBytes {
        var salt = Array("mnemonic".utf8)
        salt.reserveCapacity(8 + passphrase.count)
        defer { wipe(&salt) }
        passphrase.withBytes { span in for index in 0..<span.count { salt.append(span[index]) } }
        guard salt.allSatisfy({ $0 < 0x80 }) else {
            throw KeyVaultError(.badInput, "a mnemonic's passphrase must be ASCII here (no Unicode normalisation)")
        }
        do {
            let salted = SecretBytes(copying: salt)
            return try PBKDF2.deriveHMACSHA512(password: sentence, salt: salted, iterations: 2_048, length: 64)
        } catch {
            throw KeyVaultError(.cryptoFailure, "the crypto library refused: \(error)")
        }
    }

    /// Writes the sentence to a new file of mode 0600. Throws `.exists`, `.io`.
    public borrowing func write(to file: String) throws(KeyVaultError) {
        try KeyFolder.writeSecret(sentence, to: file)
    }

    /// Shows the sentence on the controlling terminal, never on standard output. Throws `.badInput` without one.
    public borrowing func show() throws(KeyVaultError) {
        try sentence.withBytes { (span) throws(KeyVaultError) in
            try Terminal.showSecret(
                span, before: "Write these \(wordCount) words down; they are not shown again:\n\n    ", after: "\n\n")
        }
    }

    /// Bits 11 * word ..< 11 * word + 11, most significant first.
    private static func index(_ bits: [UInt8], _ word: Int) -> Int {
        (0..<11).reduce(0) { value, bit in
            let at = word * 11 + bit
            return value << 1 | Int(bits[at / 8] >> UInt8(7 - at % 8) & 1)
        }
    }

    private static func wrongCount(_ count: Int) -> KeyVaultError {
        KeyVaultError(.badInput, "a mnemonic of \(count) words; BIP-39 has 12, 15, 18, 21 and 24")
    }
}

/// The 2,048 words by number and by spelling.
enum WordList {
    /// The words as ASCII, in the standard's (alphabetical) order. Unpacked once, in under a millisecond.
    static let words: [[UInt8]] = {
        var words: [[UInt8]] = []
        words.reserveCapacity(2_048)
        var current: [UInt8] = []
        for line in EnglishWords.packed {
            for byte in line.description.utf8 {
                if byte <= 0x39 {
                    if !current.isEmpty { words.append(current) }
                    current = Array((words.last ?? []).prefix(Int(byte - 0x30)))
                } else {
                    current.append(byte)
                }
            }
        }
        words.append(current)
        return words
    }()

    static func word(_ index: Int) -> [UInt8] { words[index] }

    /// The number of a word in 0..<2048; nil when it is none. Binary search.
    static func index(of word: [UInt8]) -> Int? {
        var low = 0, high = words.count
        while low < high {
            let middle = (low + high) / 2
            if words[middle].lexicographicallyPrecedes(word) { low = middle + 1 } else { high = middle }
        }
        return low < words.count && words[low] == word ? low : nil
    }

    /// The words of a text in lower case; at most 25, so that a longer one is seen to be wrong.
    static func split(_ text: Span<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var current: [UInt8] = []
        current.reserveCapacity(16)
        for index in 0...text.count {
            let byte = index < text.count ? text[index] : 0x20
            if byte == 0x20 || (0x09...0x0d).contains(byte) {
                if !current.isEmpty { words.append(current) }
                wipe(&current)
                current.reserveCapacity(16)
                if words.count > 24 { break }
            } else {
                current.append((0x41...0x5a).contains(byte) ? byte | 0x20 : byte)
            }
        }
        return words
    }
}
