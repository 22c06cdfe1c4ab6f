public import EVMTypes

/// What a transaction costs its sender in fees, part by part, all in wei. Value sent along is not in it.
///
/// Each part is rounded as the chain rounds it (`CostModel` says how), so an `.exact` sum is what the balance loses.
public struct TransactionFees: Hashable, Sendable {
    /// How far a part can be from what the chain will charge.
    public enum Certainty: String, Hashable, Sendable {
        /// The chain's own arithmetic on the chain's own inputs.
        case exact
        /// A node's estimate, which may be above or below.
        case estimated
        /// Never below what the chain will charge.
        case upperBound = "upper bound"
    }

    /// Gas used x the block's base fee. Exact product.
    public var base: U256
    /// Gas used x what the sender pays above the base fee. Exact product; zero where tips are dropped (Arbitrum).
    public var priority: U256
    /// Blob gas x the block's blob base fee. Exact product; zero without blobs.
    public var blob: U256
    /// For publishing the transaction on the layer below; zero on a layer 1. Rounded down.
    public var l1Data: U256
    /// The OP stack's operator fee; zero elsewhere. Rounded down.
    public var operatorFee: U256
    /// What `l1Data` is worth; the other parts are exact for exact gas.
    public var l1Certainty: Certainty

    public init(
        base: U256 = .zero, priority: U256 = .zero, blob: U256 = .zero, l1Data: U256 = .zero, operatorFee: U256 = .zero,
        l1Certainty: Certainty = .exact
    ) {
        self.base = base
        self.priority = priority
        self.blob = blob
        self.l1Data = l1Data
        self.operatorFee = operatorFee
        self.l1Certainty = l1Certainty
    }

    /// Base and priority: what the gas costs. 2^256-1 where the sum would pass it.
    public var execution: U256 { base.adding(priority) ?? .max }

    /// What is not gas of the execution: data, blobs and the operator. 2^256-1 where the sum would pass it.
    public var beside: U256 { blob.adding(l1Data)?.adding(operatorFee) ?? .max }

    /// All of it. 2^256-1 where the sum would pass it.
    public var total: U256 { execution.adding(beside) ?? .max }
}

/// What was run, as far as fees depend on it.
public struct ChargedGas: Hashable, Sendable {
    /// Gas of the execution, refund taken off: `Outcome.gasUsed` of the EVM, or a receipt's `gasUsed` (on Arbitrum
    /// less its `gasUsedForL1`, which is the L1 part).
    public var used: UInt64
    /// Wei a gas the block burns or keeps as base fee.
    public var baseFee: U256
    /// Wei a gas the sender pays, base fee and tip: a receipt's `effectiveGasPrice`.
    public var price: U256
    /// Gas of its blobs: 131,072 each.
    public var blobGas: UInt64
    /// Wei a blob gas.
    public var blobBaseFee: U256

    public init(
        used: UInt64, baseFee: U256, price: U256, blobGas: UInt64 = 0, blobBaseFee: U256 = .zero
    ) {
        self.used = used
        self.baseFee = baseFee
        self.price = price
        self.blobGas = blobGas
        self.blobBaseFee = blobBaseFee
    }
}

/// Why fees cannot be told.
public enum CostProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// A product or sum passes 2^256-1.
    case overflow
    /// The price is below the block's base fee.
    case priceBelowBaseFee
    /// No fork of this chain is known at this time.
    case unknownFork(chainID: UInt64, timestamp: UInt64)
    /// A name that is no cost model.
    case unknownModel(String)
    /// Parameters of another model than the one asked.
    case wrongParameters
    /// A peer's answer that is not what the contract returns.
    case malformed(String)

    /// One line for people.
    public var description: String {
        switch self {
        case .overflow: "a fee passes 2^256-1 wei"
        case .priceBelowBaseFee: "the gas price is below the block's base fee"
        case .unknownFork(let chain, let time): "no fee rules are known for chain \(chain) at timestamp \(time)"
        case .unknownModel(let name): "\"\(name)\" is no cost model: ethereum, bsc, polygon, op-stack, arbitrum"
        case .wrongParameters: "the fee parameters are of another cost model"
        case .malformed(let what): "the answer for \(what) cannot be read"
        }
    }
}
