public import EVMTypes

/// A recoverable ECDSA signature over secp256k1.
public struct Signature: Hashable, Sendable {
    /// The x coordinate of the nonce point, modulo the order. Valid range: 1..<`Secp256k1.order`.
    public var r: U256
    /// The proof. Valid range: 1..<`Secp256k1.order`; transactions allow only the lower half (EIP-2), see `isLowS`.
    public var s: U256
    /// The parity of the nonce point's y coordinate: 0 or 1 (v - 27 of old signatures).
    public var yParity: UInt8

    /// Holds the three numbers as they are: `isValid` and `Secp256k1.recover` judge them.
    public init(r: U256, s: U256, yParity: UInt8) {
        self.r = r
        self.s = s
        self.yParity = yParity
    }

    /// Reads 65 bytes `r ‖ s ‖ v` with v in 0, 1, 27, 28; nil for anything else. r and s are not judged.
    public init?(bytes65 bytes: [UInt8]) {
        guard bytes.count == 65 else { return nil }
        switch bytes[64] {
        case 0, 1: yParity = bytes[64]
        case 27, 28: yParity = bytes[64] - 27
        default: return nil
        }
        r = U256(bigEndian: bytes[0..<32])
        s = U256(bigEndian: bytes[32..<64])
    }

    /// The 65 bytes `r ‖ s ‖ v`, v being `yParity` or, when `v27` is set, `yParity + 27` (wallet messages, bundle
    /// headers).
    public func bytes65(v27: Bool) -> [UInt8] {
        r.bigEndianBytes + s.bigEndianBytes + [v27 ? yParity + 27 : yParity]
    }

    /// Whether `s` is at most half the order: required of transactions and authorizations, not of the ecrecover
    /// precompile.
    /// Source: EIP-2.
    public var isLowS: Bool { s <= Secp256k1.halfOrder }

    /// Whether r, s and the parity are in range. A valid signature may still recover no key.
    public var isValid: Bool {
        yParity <= 1 && !r.isZero && r < Secp256k1.order && !s.isZero && s < Secp256k1.order
    }
}
