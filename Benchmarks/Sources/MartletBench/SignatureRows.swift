import CPeers
import EVMCrypto
import EVMTypes

/// Signing and recovering. Peer: the same library called from C, which shows what our door costs.
func signatureRows() -> [Row] {
    var operands = Operands(seed: 3)
    let secret = [UInt8](repeating: 0x46, count: 32)
    // 0x46 repeated is a valid scalar; a constant of this file, so refusing it is impossible.
    let key = KeyBox(secret)
    let digests = operands.words(bits: 256).map { Hash32($0) }
    let digestBytes = digests.map(\.bytes)
    let signatures = digests.map { key.key.sign($0) }
    let signatureBytes = signatures.map { $0.bytes65(v27: false) }
    return [
        Row(
            "sign (RFC 6979, recoverable)",
            ours: { count in
                var sum: UInt64 = 0
                for i in 0..<count { sum &+= key.key.sign(digests[i & 1023]).s.w0 }
                return sum
            },
            peer: .init(name: "libsecp256k1 from C") { count in
                var sum: UInt64 = 0
                var out = [UInt8](repeating: 0, count: 65)
                for i in 0..<count {
                    guard peer_sign(secret, digestBytes[i & 1023], &out) == 1 else {
                        fatalError("the peer did not sign")
                    }
                    sum &+= UInt64(out[40])
                }
                return sum
            }),
        Row(
            "recover address",
            ours: { count in
                var sum: UInt64 = 0
                for i in 0..<count {
                    sum &+= UInt64(
                        truncatingIfNeeded: Secp256k1.recover(digests[i & 1023], signatures[i & 1023])?.low ?? 0)
                }
                return sum
            },
            peer: .init(name: "libsecp256k1 from C (point only)") { count in
                var sum: UInt64 = 0
                var point = [UInt8](repeating: 0, count: 65)
                for i in 0..<count {
                    guard peer_recover(signatureBytes[i & 1023], digestBytes[i & 1023], &point) == 1 else {
                        fatalError("the peer did not recover")
                    }
                    sum &+= UInt64(point[40])
                }
                return sum
            }),
    ]
}

/// A closure cannot capture a value that is not copyable.
private final class KeyBox {
    let key: PrivateKey

    init(_ secret: [UInt8]) {
        guard let key = PrivateKey(bytes: secret) else { fatalError("the benchmark's key is out of range") }
        self.key = key
    }
}
