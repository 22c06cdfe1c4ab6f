public import EVMTypes

// The OP stack's fees beside gas. Source: ethereum-optimism/specs `exec-engine.md` and those of Fjord, Isthmus, Jovian;
// op-geth `core/types/rollup_cost.go`.
extension OPStackParameters {
    /// Most bytes a signature adds to a typed transaction: v, r and s.
    static let signatureBytesMax = 1 + 33 + 33

    /// The L1 data fee of a transaction with this full signed EIP-2718 encoding, wei, rounded down as the chain does.
    ///
    /// Exact. An empty encoding stands for none and costs nothing. Bedrock: (4 a zero byte, 16 another, overhead) x
    /// l1BaseFee x scalar / 10^6. Ecotone: the same count x (16 x l1BaseFee x baseFeeScalar + blobBaseFee x
    /// blobBaseFeeScalar) / 16 x 10^6. Fjord on: `sizeScaled` x the same price / 10^12. Throws `.overflow`.
    public func l1Fee(of encoded: [UInt8], at fork: OPStackFork) throws(CostProblem) -> U256 {
        if encoded.isEmpty { return .zero }
        let zeros = encoded.count(where: { $0 == 0 })
        return try l1Fee(
            zeros: zeros, others: encoded.count - zeros, fork: fork,
            compressed: fork >= .fjord ? FastLZ.length(encoded) : 0)
    }

    /// The most `l1Fee` can be once a transaction with this signing payload is signed, wei.
    ///
    /// The signature is taken as 67 bytes that are not zero and match nothing. `payload` is a typed one (EIP-2718); a
    /// legacy one, whose payload ends in chain id and zeros, is reckoned a few bytes too long.
    public func l1FeeBound(signingPayload payload: [UInt8], at fork: OPStackFork) throws(CostProblem) -> U256 {
        let isTyped = payload.first.map { $0 < 0xc0 } ?? false
        let added = Self.signatureBytesMax + (isTyped ? 0 : 8)
        let start = isTyped ? 1 : 0, first = start < payload.count ? Int(payload[start]) : 0xc0
        let content = payload.dropFirst(start + 1 + max(0, first - 0xf7))
        // The list as it begins once the signature is in it: a longer header can move what matches what.
        var shaped = isTyped ? [payload[0]] : []
        shaped += Self.listHeader(content.count + added)
        shaped += content
        // Literals behind the stream: their bytes, a control byte for each 32, one more where two runs join.
        let compressed = fork >= .fjord ? FastLZ.length(shaped) + added + (added + 31) / 32 + 1 : 0
        let zeros = content.count(where: { $0 == 0 })
        return try l1Fee(zeros: zeros, others: shaped.count - zeros + added, fork: fork, compressed: compressed)
    }

    /// An RLP list's header for this many bytes of content.
    private static func listHeader(_ count: Int) -> [UInt8] {
        if count < 56 { return [0xc0 + UInt8(count)] }
        let length = U256(count).minimalBigEndianBytes
        return [0xf7 + UInt8(length.count)] + length
    }

    private func l1Fee(
        zeros: Int, others: Int, fork: OPStackFork, compressed: Int
    ) throws(CostProblem) -> U256 {
        if fork < .ecotone || isUnset {
            return try bedrockFee(zeros: zeros, others: others + (fork == .bedrock ? 68 : 0))
        }
        let price = try l1Price()
        if fork == .ecotone {
            guard let fee = U256.mulDiv(U256(4 * zeros + 16 * others), price, 16_000_000) else { throw .overflow }
            return fee
        }
        guard let fee = U256.mulDiv(U256(Self.sizeScaled(compressed)), price, 1_000_000_000_000) else {
            throw .overflow
        }
        return fee
    }

    /// Ecotone's first block still charges as Bedrock: its parameters arrive with that block.
    private var isUnset: Bool { blobBaseFee.isZero && baseFeeScalar == 0 && blobBaseFeeScalar == 0 }

    private func bedrockFee(zeros: Int, others: Int) throws(CostProblem) -> U256 {
        guard let gas = U256(4 * zeros + 16 * others).adding(overhead), let weighted = gas.multiplied(by: l1BaseFee),
            let fee = U256.mulDiv(weighted, scalar, 1_000_000)
        else { throw .overflow }
        return fee
    }

    /// 16 x l1BaseFee x baseFeeScalar + blobBaseFee x blobBaseFeeScalar: wei, in millionths, for 16 units of data.
    private func l1Price() throws(CostProblem) -> U256 {
        guard let base = l1BaseFee.multiplied(by: U256(16 * UInt64(baseFeeScalar))),
            let blobs = blobBaseFee.multiplied(by: U256(UInt64(blobBaseFeeScalar))), let price = base.adding(blobs)
        else { throw .overflow }
        return price
    }

    /// Fjord's estimate of the published size, in millionths of a byte: 836,500 x compressed - 42,585,600, and at least
    /// 100 bytes.
    public static func sizeScaled(_ compressed: Int) -> UInt64 {
        let size = 836_500 * Int64(clamping: compressed) - 42_585_600
        return UInt64(max(100_000_000, size))
    }

    /// The operator fee for this much gas, wei, rounded down: Isthmus gas x scalar / 10^6 + constant, Jovian gas x
    /// scalar x 100 + constant, zero before.
    ///
    /// The chain takes it for the gas limit up front and gives back what the unused gas would have cost, so the fee of
    /// the gas used is what is lost, and the fee of the limit what the sender must hold.
    public func operatorFee(gas: UInt64, at fork: OPStackFork) throws(CostProblem) -> U256 {
        guard fork >= .isthmus else { return .zero }
        // Below 2^64 x 2^32 x 100.
        let weighted = U256(gas) &* U256(UInt64(operatorFeeScalar))
        let fee = fork == .isthmus ? weighted / 1_000_000 : weighted &* 100
        return fee &+ U256(operatorFeeConstant)
    }

    /// What a transaction takes of a Jovian block's data room, in gas: its estimated size in whole bytes, rounded down,
    /// x the footprint scalar. The block's total must stay within its gas limit.
    public func dataFootprint(of encoded: [UInt8]) -> UInt64 {
        Self.sizeScaled(FastLZ.length(encoded)) / 1_000_000 * UInt64(daFootprintGasScalar)
    }
}
