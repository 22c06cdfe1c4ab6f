import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct SignatureTests {
    static let order = Secp256k1.order

    struct Refused: Error {}

    /// `#require` cannot carry a type that is not copyable.
    static func key(_ bytes: [UInt8]) throws -> PrivateKey {
        guard let key = PrivateKey(bytes: bytes) else { throw Refused() }
        return key
    }

    @Test func theOrderIsTheCurves() {
        #expect(Self.order.hex == "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
        #expect(Secp256k1.halfOrder == Self.order >> 1)
    }

    /// Forty keys and digests signed by the Python package `ecdsa` (RFC 6979, s made low).
    @Test func signaturesEqualTheSecondImplementations() throws {
        for v in try PrimitivesTests.vectors("sign", count: 40) {
            let fields = try v[1...].map(OwnVectors.bytes)
            let key = try Self.key(fields[0])
            let digest = Hash32(bytes: fields[2])
            #expect(key.publicKey.bytes == fields[1])
            let signature = key.sign(digest)
            #expect(signature.r.bigEndianBytes == fields[3] && signature.s.bigEndianBytes == fields[4], "\(v)")
            #expect(signature.isLowS && signature.isValid)
            #expect(Secp256k1.recover(digest, signature) == key.address)
            #expect(Secp256k1.recoverPublicKey(digest, signature) == key.publicKey)
            #expect(Secp256k1.verify(digest, signature, by: key.publicKey))
            #expect(key.sign(digest) == signature)
        }
    }

    /// eth-account's answer: the signing hash and signature of EIP-155's example, key 0x46 repeated.
    @Test func theExampleOfEIP155IsReproduced() throws {
        let key = try Self.key([UInt8](repeating: 0x46, count: 32))
        #expect(key.address.checksummed == "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F")
        let digest = try #require(Hash32(hex: "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"))
        let signature = key.sign(digest)
        #expect(signature.r.hex == "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276")
        #expect(signature.s.hex == "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83")
        #expect(signature.yParity == 0)
    }

    /// eth-account's answer: the bundle header of a body, EIP-191 over the 66 characters of its Keccak-256.
    @Test func theBundleHeaderSignatureIsReproduced() throws {
        let key = try Self.key([UInt8](repeating: 0x46, count: 32))
        let body =
            #"{"jsonrpc":"2.0","id":1,"method":"eth_sendBundle","params":[{"txs":["0x01"],"blockNumber":"0x1"}]}"#
        let hash = Keccak256.hash(Array(body.utf8)).hex
        #expect(hash == "0xccde410f68d992d2395191ca307a57954cad7166d454b015fdd534a6bbf99d52")
        let digest = Keccak256.hash([0x19] + Array("Ethereum Signed Message:\n66\(hash)".utf8))
        #expect(
            Hex.encode(key.sign(digest).bytes65(v27: true))
                == "0xf3c189206c601c7fa97bcc19bc3f4f05cdb426b93e5537281e464fa40955260e6fa1d1af067445"
                + "f6baaf1c86fc8d38aba63550892954eaf0bf05e245f0c531c81c"
        )
    }

    /// Signatures over ready digests from eth-account: an EIP-7702 authorization and a Timeboost bid's EIP-712 hash.
    @Test func readyDigestsSignLikeEthAccount() throws {
        let key = try Self.key([UInt8](repeating: 0x46, count: 32))
        let authorization = try #require(
            Hash32(hex: "0xd5ae56bcd254af8f4d8e81d86bcf5cc24de22a63642da6a572e06735f1859390"))
        #expect(
            Hex.encode(key.sign(authorization).bytes65(v27: false))
                == "0x23f25a7301ee2e8a4b081a68a9f8fbd324f68936533d6d0df0e5bb84ab52292e27b60a7debfd9c"
                + "e9e28618ee7d709645e20d06e77d7cbf8912e5ba7e2a661b0100"
        )
        let bid = try #require(Hash32(hex: "0xf324cbae183895bf857b35a769f3aa2e2f096fbcd99e8eaca57c60e4569e328f"))
        #expect(
            Hex.encode(key.sign(bid).bytes65(v27: true))
                == "0xd5040b8c92e1a8a65d686d33ae3149f462ff8cec75e9edac404847600329e7d226bff114487b8b"
                + "dc0f4a60862a588cc7dc15463ccb6f23cd477afe42c55f24381b"
        )
    }

    /// The official suite: the key is the Keccak-256 of the seed.
    ///
    /// Its `sig_of_emptystring` is not judged: it is by the named key over no digest that we could find (Keccak, SHA-2
    /// and SHA-3 of nothing and of zeros, message prefixes: each checked with the Python package `ecdsa`), and
    /// Nethermind leaves it out as wrong too.
    @Test func theOfficialKeyAddressSuitePasses() throws {
        struct Entry: Decodable { let seed, key, addr: String }
        guard let file = try VectorArchive.stateTests.file("small/BasicTests/keyaddrtest.json") else { return }
        let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: file))
        #expect(entries.count == 2)
        for entry in entries {
            let secret = Keccak256.hash(Array(entry.seed.utf8))
            #expect(secret.hex == "0x" + entry.key)
            let key = try Self.key(secret.bytes)
            #expect(key.address.hex == "0x" + entry.addr)
            let digest = Keccak256.hash([])
            #expect(Secp256k1.recover(digest, key.sign(digest)) == key.address)
        }
    }

    @Test func keysOutsideTheGroupAreRefused() throws {
        for secret in [U256.zero, Self.order, Self.order &+ 1, .max] {
            #expect(throws: Refused.self) { _ = try Self.key(secret.bigEndianBytes) }
        }
        for secret in [U256.one, Self.order &- 1] {
            let key = try Self.key(secret.bigEndianBytes)
            #expect(key.withBytes { span in (0..<span.count).map { span[$0] } } == secret.bigEndianBytes)
        }
        for count in [0, 1, 31, 33, 64] {
            #expect(throws: Refused.self) { _ = try Self.key([UInt8](repeating: 1, count: count)) }
        }
    }

    @Test func recoveryRefusesNumbersOutOfRange() throws {
        let key = try Self.key([UInt8](repeating: 7, count: 32))
        let digest = Keccak256.hash([7]), good = key.sign(digest)
        for bad in [U256.zero, Self.order, Self.order &+ 1, .max] {
            #expect(Secp256k1.recover(digest, Signature(r: bad, s: good.s, yParity: good.yParity)) == nil)
            #expect(Secp256k1.recover(digest, Signature(r: good.r, s: bad, yParity: good.yParity)) == nil)
            #expect(!Secp256k1.verify(digest, Signature(r: bad, s: good.s, yParity: 0), by: key.publicKey))
            #expect(!Secp256k1.verify(digest, Signature(r: good.r, s: bad, yParity: 0), by: key.publicKey))
        }
        for parity: UInt8 in [2, 3, 27, 28, 255] {
            #expect(Secp256k1.recover(digest, Signature(r: good.r, s: good.s, yParity: parity)) == nil)
        }
        // x = 5 is on no point of the curve: 5^3 + 7 = 132 has no square root modulo the field's prime.
        #expect(Secp256k1.recover(digest, Signature(r: 5, s: good.s, yParity: 0)) == nil)
    }

    /// The mirror of a signature recovers the same key, as in the precompile; `isLowS` tells it apart for transactions.
    @Test func aHighSRecoversAndIsNotLow() throws {
        let key = try Self.key([UInt8](repeating: 9, count: 32))
        let digest = Keccak256.hash([9]), low = key.sign(digest)
        let high = Signature(r: low.r, s: Self.order &- low.s, yParity: 1 - low.yParity)
        #expect(low.isLowS && !high.isLowS && high.isValid)
        #expect(Secp256k1.recover(digest, high) == key.address)
        #expect(Secp256k1.verify(digest, high, by: key.publicKey))
        #expect(Signature(r: 1, s: Secp256k1.halfOrder, yParity: 0).isLowS)
        #expect(!Signature(r: 1, s: Secp256k1.halfOrder &+ 1, yParity: 0).isLowS)
    }

    @Test func anotherDigestRecoversAnotherAddress() throws {
        let key = try PrivateKey.random()
        var generator = SeededGenerator()
        for _ in 0..<20 {
            let digest = Keccak256.hash((0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) })
            let signature = key.sign(digest)
            let other = Keccak256.hash(digest.bytes)
            #expect(Secp256k1.recover(digest, signature) == key.address)
            #expect(Secp256k1.recover(other, signature) != key.address)
            #expect(!Secp256k1.verify(other, signature, by: key.publicKey))
        }
    }

    @Test func randomSignaturesNeverTrapAndRecoverOnlyWhatVerifies() {
        var generator = SeededGenerator()
        for _ in 0..<300 {
            func word() -> U256 { U256(limbs: generator.next(), generator.next(), generator.next(), generator.next()) }
            let digest = Hash32(word())
            let signature = Signature(r: word(), s: word(), yParity: UInt8(truncatingIfNeeded: generator.next() % 3))
            if let key = Secp256k1.recoverPublicKey(digest, signature) {
                #expect(Secp256k1.verify(digest, signature, by: key), "seed \(generator.seed)")
            }
        }
    }

    @Test func sixtyFiveBytesRoundTripAndOtherFormsAreRefused() throws {
        let signature = Signature(r: 3, s: 4, yParity: 1)
        #expect(signature.bytes65(v27: false).last == 1 && signature.bytes65(v27: true).last == 28)
        for v27 in [false, true] { #expect(Signature(bytes65: signature.bytes65(v27: v27)) == signature) }
        for v: UInt8 in [2, 26, 29, 37, 255] {
            #expect(Signature(bytes65: signature.bytes65(v27: false).dropLast() + [v]) == nil)
        }
        for count in [0, 64, 66] { #expect(Signature(bytes65: [UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test func pointsOffTheCurveAreNoPublicKeys() throws {
        let key = try Self.key(U256.one.bigEndianBytes)
        let point = key.publicKey
        #expect(point.x.hex == "0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
        #expect(PublicKey(x: point.x, y: point.y) == point)
        #expect(PublicKey(x: point.x, y: point.y &+ 1) == nil)
        #expect(PublicKey(x: 0, y: 0) == nil)
        #expect(PublicKey(x: .max, y: .max) == nil)
    }
}
