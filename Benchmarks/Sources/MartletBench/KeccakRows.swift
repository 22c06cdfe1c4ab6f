import CPeers
import EVMCrypto
import EVMTypes

/// Keccak-256 of short messages: storage slots, events, transaction hashes. Peer: the same permutation in OpenSSL.
func keccakRows() -> [Row] {
    var operands = Operands(seed: 1)
    return [64, 512].map { length in
        let messages = (0..<64).map { _ in operands.bytes(length) }
        return Row(
            "Keccak-256 of \(length) B",
            ours: { count in
                var sum: UInt64 = 0
                for index in 0..<count { sum &+= Keccak256.hash(messages[index & 63]).word.w0 }
                return sum
            },
            peer: .init(name: "OpenSSL SHA3-256, EVP") { count in
                var sum: UInt64 = 0
                var digest = [UInt8](repeating: 0, count: 32)
                for index in 0..<count {
                    guard peer_sha3_256(messages[index & 63], length, &digest) == 1 else {
                        fatalError("OpenSSL gave no SHA3-256")
                    }
                    sum &+= UInt64(digest[0])
                }
                return sum
            })
    }
}
