public import EVMTypes

/// A point of secp256k1 other than infinity: the public half of a key.
public struct PublicKey: Hashable, Sendable {
    /// The point's affine x coordinate, below the field's prime.
    public let x: U256
    /// The point's affine y coordinate, below the field's prime.
    public let y: U256

    /// Only for points that libsecp256k1 gave: nothing is checked.
    init(uncheckedX x: U256, y: U256) {
        self.x = x
        self.y = y
    }

    /// The 64 bytes `x ‖ y`, without a format byte.
    public var bytes: [UInt8] { x.bigEndianBytes + y.bigEndianBytes }

    /// The 33 bytes of the compressed form: 2 or 3 by y's parity, then x. Source: SEC 1 v2 §2.3.3.
    public var compressedBytes: [UInt8] { [y.bigEndianBytes[31] & 1 == 0 ? 2 : 3] + x.bigEndianBytes }

    /// The account address: the last 20 bytes of the Keccak-256 of `x ‖ y`. One hash. Source: Yellow Paper, appendix F.
    public var address: Address {
        let hash = Keccak256.hash(x, y).word
        return Address(high: UInt32(truncatingIfNeeded: hash.hi), low: hash.lo)
    }
}
