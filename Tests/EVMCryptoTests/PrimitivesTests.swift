import EVMCrypto
import EVMTypes
import TestSupport
import Testing

/// The OpenSSL door against Python's hashlib and pycryptodome (Tests/Vectors/crypto).
@Suite struct PrimitivesTests {
    static func vectors(_ kind: String, count: Int) throws -> [[String]] {
        let found = try OwnVectors.fields("crypto/primitives.txt").filter { $0[0] == kind }
        #expect(found.count == count, "\(kind) vectors")
        return found
    }

    /// The macros cannot carry a type that is not copyable.
    static func expect(
        _ secret: borrowing SecretBytes, equals bytes: [UInt8], at location: SourceLocation = #_sourceLocation
    ) {
        let found = secret.withBytes { span in (0..<span.count).map { span[$0] } }
        #expect(found == bytes, sourceLocation: location)
    }

    @Test func digestsEqualHashlib() throws {
        for vector in try Self.vectors("sha256", count: 10) {
            #expect(SHA256.hash(try OwnVectors.bytes(vector[1])).bytes == (try OwnVectors.bytes(vector[2])))
        }
        for vector in try Self.vectors("hmac", count: 28) {
            let fields = try vector[1...].map(OwnVectors.bytes)
            #expect(HMACSHA256.authenticate(fields[1], key: fields[0]).bytes == fields[2])
        }
    }

    @Test func keyDerivationsEqualHashlib() throws {
        for v in try Self.vectors("pbkdf2", count: 7) {
            let key = try PBKDF2.deriveHMACSHA256(
                password: OwnVectors.bytes(v[1]), salt: OwnVectors.bytes(v[2]), iterations: #require(Int(v[3])),
                length: #require(Int(v[4])))
            try Self.expect(key, equals: OwnVectors.bytes(v[5]))
        }
        for v in try Self.vectors("scrypt", count: 5) {
            let cost = try Scrypt.Parameters(n: #require(Int(v[3])), r: #require(Int(v[4])), p: #require(Int(v[5])))
            let key = try Scrypt.derive(
                password: OwnVectors.bytes(v[1]), salt: OwnVectors.bytes(v[2]), parameters: cost,
                length: #require(Int(v[6])))
            try Self.expect(key, equals: OwnVectors.bytes(v[7]))
        }
    }

    @Test func costsOutOfBoundsAreRefusedBeforeAnyWork() {
        func scrypt(_ n: Int, _ r: Int, _ p: Int, length: Int = 32, memory: Int = Scrypt.memoryLimitBytes)
            -> CryptoError?
        {
            do throws(CryptoError) {
                _ = try Scrypt.derive(
                    password: [1], salt: [2], parameters: .init(n: n, r: r, p: p), length: length,
                    memoryLimitBytes: memory)
                return nil
            } catch { return error }
        }
        for n in [Int.min, -2, 0, 1, 3, 1000, 1 << 27, Int.max] {
            #expect(scrypt(n, 8, 1) == .parameterOutOfBounds, "n \(n)")
        }
        for bad in [Int.min, -1, 0, 65, Int.max] {
            #expect(scrypt(16, bad, 1) == .parameterOutOfBounds)
            #expect(scrypt(16, 1, bad) == .parameterOutOfBounds)
        }
        for length in [-1, 0, 1025] { #expect(scrypt(16, 1, 1, length: length) == .parameterOutOfBounds) }
        #expect(scrypt(1 << 26, 64, 64) == .tooMuchMemory)
        #expect(scrypt(1 << 18, 8, 1, memory: 1 << 28) == .tooMuchMemory)  // 256 MiB and a little
        #expect(scrypt(1 << 18, 4, 64) == .tooMuchWork)
        #expect(scrypt(2, 1, 1) == nil)

        func pbkdf2(_ iterations: Int, length: Int = 32) -> CryptoError? {
            do throws(CryptoError) {
                _ = try PBKDF2.deriveHMACSHA256(password: [1], salt: [2], iterations: iterations, length: length)
                return nil
            } catch { return error }
        }
        for bad in [Int.min, -1, 0] { #expect(pbkdf2(bad) == .parameterOutOfBounds) }
        for bad in [-1, 0, 1025] { #expect(pbkdf2(1, length: bad) == .parameterOutOfBounds) }
        #expect(pbkdf2(PBKDF2.iterationsMax + 1) == .tooMuchWork)
        #expect(pbkdf2(PBKDF2.iterationsMax, length: 33) == .tooMuchWork)
        #expect(pbkdf2(1, length: 1024) == nil)
    }

    @Test func counterModeEqualsPycryptodomeBothWays() throws {
        for v in try Self.vectors("aes128ctr", count: 9) {
            let fields = try v[1...].map(OwnVectors.bytes)
            let key = SecretBytes(copying: fields[0])
            Self.expect(try AES128CTR.apply(fields[2], key: key, counter: fields[1]), equals: fields[3])
            Self.expect(try AES128CTR.apply(fields[3], key: key, counter: fields[1]), equals: fields[2])
            let sealed = try AES128CTR.encrypt(SecretBytes(copying: fields[2]), key: key, counter: fields[1])
            #expect(sealed == fields[3])
        }
        for (keySize, counterSize) in [(15, 16), (17, 16), (0, 16), (32, 16), (16, 0), (16, 15), (16, 17)] {
            let key = SecretBytes(copying: [UInt8](repeating: 1, count: keySize))
            #expect(throws: CryptoError.parameterOutOfBounds) {
                _ = try AES128CTR.apply([1], key: key, counter: [UInt8](repeating: 0, count: counterSize))
            }
        }
    }

    @Test func randomBytesHaveTheAskedCountAndDiffer() throws {
        for count in [0, 1, 32, 1000] {
            #expect(try SecureRandom.bytes(count: count).count == count)
            let drawn = try SecureRandom.secret(count: count).count
            #expect(drawn == count)
        }
        #expect(try SecureRandom.bytes(count: 32) != SecureRandom.bytes(count: 32))
        for bad in [-1, SecureRandom.countMax + 1] {
            #expect(throws: CryptoError.parameterOutOfBounds) { try SecureRandom.bytes(count: bad) }
            #expect(throws: CryptoError.parameterOutOfBounds) { _ = try SecureRandom.secret(count: bad) }
        }
    }

    @Test func constantTimeComparisonSeesEveryBit() {
        #expect(constantTimeEquals([], []))
        #expect(!constantTimeEquals([], [0]))
        let bytes = Keccak256.hash([1]).bytes
        #expect(constantTimeEquals(bytes, bytes))
        #expect(!constantTimeEquals(bytes, Array(bytes.dropLast())))
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!constantTimeEquals(bytes, other))
        }
    }

    @Test func takingASecretEmptiesTheCallersArray() {
        var bytes: [UInt8] = [1, 2, 3, 4]
        let secret = SecretBytes(taking: &bytes)
        #expect(bytes.isEmpty)
        Self.expect(secret, equals: [1, 2, 3, 4])
        Self.expect(secret.slice(1..<3), equals: [2, 3])
        Self.expect(secret.slice(4..<4), equals: [])
        for (other, same) in [([1, 2, 3, 4], true), ([1, 2, 3, 5], false), ([1, 2, 3], false)] as [([UInt8], Bool)] {
            let answer = secret.equals(SecretBytes(copying: other))
            #expect(answer == same)
        }
    }
}
