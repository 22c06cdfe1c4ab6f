public import EVMTypes

/// What Arbitrum charges for posting a transaction to its parent chain, as far as it can be told without a node.
///
/// The chain charges `posterGas = pricePerUnit x 16 x compressed / base fee` as gas at the base fee, rounded down,
/// where `compressed` is the Brotli length of the signed encoding at the level ArbOS is set to. Martlet has no Brotli.
/// So there are two answers: an upper bound from the plain length, and the node's own estimate or receipt.
/// Source: nitro `arbos/l1pricing/l1pricing.go`, `arbos/block_processor.go`.
public struct ArbitrumParameters: Hashable, Sendable {
    /// Wei a unit (a sixteenth of a compressed byte): `ArbGasInfo.getL1BaseFeeEstimate()`.
    public var pricePerUnit: U256
    /// Wei a gas the base fee never falls below: `ArbGasInfo.getMinimumGasPrice()`.
    public var minimumBaseFee: U256

    public init(pricePerUnit: U256, minimumBaseFee: U256 = .zero) {
        self.pricePerUnit = pricePerUnit
        self.minimumBaseFee = minimumBaseFee
    }

    /// ArbGasInfo.
    public static let gasInfo = Address(high: 0, low: 0x6c)
    /// NodeInterface: there only for `eth_call` and `eth_estimateGas`, not on the chain.
    public static let nodeInterface = Address(high: 0, low: 0xc8)

    /// getL1BaseFeeEstimate(), getMinimumGasPrice(): one word each.
    public static let reads: [StateRead] = [
        .call(gasInfo, [0xf5, 0xd6, 0xde, 0xd7]), .call(gasInfo, [0xf9, 0x18, 0x37, 0x9a]),
    ]

    /// Reads the answers to `reads`. Throws `.malformed` when one is missing.
    public init(words: [U256]) throws(CostProblem) {
        guard words.count == Self.reads.count else { throw .malformed("ArbGasInfo") }
        self.init(pricePerUnit: words[0], minimumBaseFee: words[1])
    }

    /// The most a transaction with a signed encoding of this many bytes pays for its L1 part, wei.
    ///
    /// Brotli never makes data longer than by its headers: 2 + 4 for each 16 KiB + 4 bytes. Zero bytes: no transaction,
    /// no fee. Poster gas is rounded down, as the chain does. Throws `.overflow`.
    public func feeBound(encodedCount: Int, baseFee: U256) throws(CostProblem) -> U256 {
        if encodedCount == 0 || baseFee.isZero { return .zero }
        let compressed = encodedCount + 6 + 4 * (encodedCount >> 14)
        guard let cost = pricePerUnit.multiplied(by: U256(16 * compressed)) else { throw .overflow }
        return try fee(posterGas: cost / baseFee, baseFee: baseFee)
    }

    /// posterGas x base fee, wei: exact for a receipt's `gasUsedForL1`, an estimate for `gasEstimateForL1`.
    public func fee(posterGas: U256, baseFee: U256) throws(CostProblem) -> U256 {
        guard let fee = posterGas.multiplied(by: baseFee) else { throw .overflow }
        return fee
    }

    /// Calldata of `NodeInterface.gasEstimateL1Component(to, contractCreation, data)`, whose answer begins with
    /// `gasEstimateForL1`. The node compresses a dummy transaction with this data and adds 1 % and 16 bytes.
    public static func estimateCall(to: Address?, data: [UInt8]) -> StateRead {
        var call: [UInt8] = [0x77, 0xd4, 0x88, 0xa2]
        call += (to ?? .zero).word.bigEndianBytes
        call += U256(UInt64(to == nil ? 1 : 0)).bigEndianBytes
        call += U256(UInt64(96)).bigEndianBytes
        call += U256(data.count).bigEndianBytes
        call += data + [UInt8](repeating: 0, count: (32 - data.count % 32) % 32)
        return .call(nodeInterface, call)
    }

    /// The first word of the answer to `estimateCall`: gas for the L1 part, an estimate.
    public static func posterGas(fromEstimate answer: [UInt8]) throws(CostProblem) -> UInt64 {
        guard answer.count == 96, let gas = U256(bigEndian: answer[..<32]).asUInt64 else {
            throw .malformed("NodeInterface.gasEstimateL1Component")
        }
        return gas
    }
}
