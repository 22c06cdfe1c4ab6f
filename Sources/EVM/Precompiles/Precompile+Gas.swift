extension Precompile {
    /// What the contract charges for `input`, before it runs.
    ///
    /// Nil when the charge passes 2^63 - 1 or the input is longer than `prices` allow: the call then fails and takes
    /// all its gas. An input that `run` refuses for its shape may still have a price here. Never traps; no allocation.
    /// Source: the EIPs named in `PrecompilePrices`.
    public func gas(for input: Span<UInt8>, prices: borrowing PrecompilePrices) -> Int64? {
        let count = input.count
        guard count <= inputLimit(prices) else { return nil }
        switch self {
        case .ecrecover: return prices.ecrecover
        case .sha256: return Self.price(prices.sha256Base, prices.sha256Word, times: Self.words(count))
        case .ripemd160: return Self.price(prices.ripemd160Base, prices.ripemd160Word, times: Self.words(count))
        case .identity: return Self.price(prices.identityBase, prices.identityWord, times: Self.words(count))
        case .modexp: return ModexpHeader(input).gas(input, prices.modexp, lengthLimit: prices.modexpLengthLimit)
        case .bn254Add: return prices.bn254Add
        case .bn254Multiply: return prices.bn254Multiply
        case .bn254Pairing: return Self.price(prices.bn254PairingBase, prices.bn254PairingPair, times: count / 192)
        case .blake2f: return Self.price(0, prices.blake2fRound, times: Int(Self.blake2fRounds(input)))
        case .pointEvaluation: return prices.pointEvaluation
        case .blsG1Add: return prices.blsG1Add
        case .blsG1MultiScalar:
            return Self.multiScalarPrice(prices.blsG1Multiply, pairs: count / 160, discount: BLSDiscounts.g1)
        case .blsG2Add: return prices.blsG2Add
        case .blsG2MultiScalar:
            return Self.multiScalarPrice(prices.blsG2Multiply, pairs: count / 288, discount: BLSDiscounts.g2)
        case .blsPairing: return Self.price(prices.blsPairingBase, prices.blsPairingPair, times: count / 384)
        case .blsMapToG1: return prices.blsMapToG1
        case .blsMapToG2: return prices.blsMapToG2
        case .p256Verify: return prices.p256Verify
        }
    }

    /// The started words of 32 bytes in `count` bytes.
    private static func words(_ count: Int) -> Int { count >> 5 &+ (count & 31 == 0 ? 0 : 1) }

    private static func price(_ base: Int64, _ unit: Int64, times count: Int) -> Int64? {
        let product = unit.multipliedReportingOverflow(by: Int64(count))
        let sum = base.addingReportingOverflow(product.partialValue)
        return product.overflow || sum.overflow ? nil : sum.partialValue
    }

    /// k x unit x discount(k) / 1000. No pairs cost nothing: `run` refuses them.
    private static func multiScalarPrice(_ unit: Int64, pairs: Int, discount: (Int) -> Int64) -> Int64? {
        guard pairs > 0 else { return 0 }
        let first = unit.multipliedReportingOverflow(by: Int64(pairs))
        let second = first.partialValue.multipliedReportingOverflow(by: discount(pairs))
        return first.overflow || second.overflow ? nil : second.partialValue / 1_000
    }

    /// The round count in the first 4 bytes; 0 for an input of the wrong length, which `run` refuses.
    static func blake2fRounds(_ input: Span<UInt8>) -> UInt32 {
        guard input.count == 213 else { return 0 }
        return UInt32(input[0]) << 24 | UInt32(input[1]) << 16 | UInt32(input[2]) << 8 | UInt32(input[3])
    }
}
