public import EVMTypes

extension Secp256k1 {
    /// The address that the ecrecover precompile answers for its 128 bytes `digest ‖ v ‖ r ‖ s`, as four big-endian
    /// words; bytes missing at the end count as zeros, further ones are ignored.
    ///
    /// Nil when v as a whole word is neither 27 nor 28, when r or s is zero or not below `order`, or when no such point
    /// exists. A high `s` is accepted. About 31 us, no allocation. Source: Yellow Paper, appendix E.1.
    public static func recover(precompileInput input: Span<UInt8>) -> Address? {
        let v = word(input, at: 32)
        guard v == 27 || v == 28 else { return nil }
        let signature = Signature(r: word(input, at: 64), s: word(input, at: 96), yParity: UInt8(v.w0 &- 27))
        return recover(Hash32(word(input, at: 0)), signature)
    }

    /// The 32 bytes at `offset`, with zeros for those past the end.
    private static func word(_ input: Span<UInt8>, at offset: Int) -> U256 {
        let available = min(max(input.count &- offset, 0), 32)
        guard available > 0 else { return .zero }
        return U256(bigEndian: input.extracting(offset..<offset &+ available)) << (256 &- available &* 8)
    }
}
