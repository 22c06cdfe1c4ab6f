public import EVMTypes

/// How a chain charges for a transaction. The names are those of `fee_model` in a chain file.
///
/// | model | execution | beside it |
/// | --- | --- | --- |
/// | ethereum | gas x (base fee + tip), EIP-1559 | blob gas x blob base fee, EIP-4844 |
/// | bsc | the same with a base fee of zero: the whole price is the tip | blobs as Ethereum |
/// | polygon | the same; the producer chooses the base fee within 5 % | nothing |
/// | op-stack | the same | L1 data fee by fork, operator fee from Isthmus on |
/// | arbitrum | gas x base fee, tips dropped | L1 part, charged as gas at the same price |
public enum CostModel: Hashable, Sendable {
    case ethereum
    case bsc
    case polygon
    case opStack(OPStackFork)
    case arbitrum

    /// The model with this `fee_model` name on a chain at a block's time (seconds since 1970).
    ///
    /// Throws `.unknownModel`, and `.unknownFork` for an OP-stack chain whose forks are not known then.
    public init(named name: String, chainID: UInt64, timestamp: UInt64) throws(CostProblem) {
        switch name {
        case "ethereum": self = .ethereum
        case "bsc": self = .bsc
        case "polygon": self = .polygon
        case "op-stack":
            guard let fork = OPStackFork(chainID: chainID, timestamp: timestamp) else {
                throw .unknownFork(chainID: chainID, timestamp: timestamp)
            }
            self = .opStack(fork)
        case "arbitrum": self = .arbitrum
        default: throw .unknownModel(name)
        }
    }

    /// The model of a chain that Martlet knows by its id, at a block's time; Ethereum's for any other (a local chain).
    ///
    /// Throws as above.
    public init(chainID: UInt64, timestamp: UInt64) throws(CostProblem) {
        let name =
            switch chainID {
            case 10, 8_453: "op-stack"
            case 56: "bsc"
            case 137: "polygon"
            case 42_161: "arbitrum"
            default: "ethereum"
            }
        try self.init(named: name, chainID: chainID, timestamp: timestamp)
    }

    /// What must be read from the state of the block the fees are for, in the order in which
    /// `ChainParameters.init(_:answers:)` takes the answers. Empty where fees follow from the header alone.
    public var reads: [StateRead] {
        switch self {
        case .ethereum, .bsc, .polygon: []
        case .opStack(let fork): OPStackParameters.slots(fork).map { .slot(OPStackParameters.l1Block, $0) }
        case .arbitrum: ArbitrumParameters.reads
        }
    }
}

/// A cost model together with what was read for it.
public enum ChainParameters: Hashable, Sendable {
    /// Ethereum, BSC, Polygon: gas and blobs only.
    case gasOnly
    case opStack(OPStackFork, OPStackParameters)
    case arbitrum(ArbitrumParameters)

    /// The parameters in the answers to `model.reads`, one word each, in their order.
    ///
    /// Throws `.malformed` where an answer is missing.
    public init(_ model: CostModel, answers: [U256]) throws(CostProblem) {
        switch model {
        case .ethereum, .bsc, .polygon: self = .gasOnly
        case .opStack(let fork): self = .opStack(fork, try OPStackParameters(fork, words: answers))
        case .arbitrum: self = .arbitrum(try ArbitrumParameters(words: answers))
        }
    }

    /// The fees of a transaction that ran.
    ///
    /// - Parameters:
    ///   - gas: what it used and at what price.
    ///   - encoded: its full signed EIP-2718 encoding; only chains with an L1 part look at it. Empty: no transaction
    ///     (a call), which is charged no L1 part.
    /// - Returns: each part as the chain rounds it. On Arbitrum the L1 part is an upper bound, because the compressed
    ///   size is not computed here; `ArbitrumParameters.fee(posterGas:baseFee:)` takes a node's own figure.
    public func fees(of gas: ChargedGas, encoded: [UInt8]) throws(CostProblem) -> TransactionFees {
        var fees = try Self.gasFees(gas, dropsTips: dropsTips)
        switch self {
        case .gasOnly: break
        case .opStack(let fork, let parameters):
            fees.l1Data = try parameters.l1Fee(of: encoded, at: fork)
            fees.operatorFee = encoded.isEmpty ? .zero : try parameters.operatorFee(gas: gas.used, at: fork)
        case .arbitrum(let parameters):
            fees.l1Data = try parameters.feeBound(encodedCount: encoded.count, baseFee: gas.baseFee)
            fees.l1Certainty = .upperBound
        }
        return fees
    }

    /// What a transaction that is not signed yet can cost beside its execution at most: L1 data and operator fee, wei.
    ///
    /// `payload` is its signing payload (EIP-2718, unsigned), `gasUsed` the gas it is expected to use. Never below what
    /// the chain charges for it at these parameters.
    public func feeBesideGas(
        signingPayload payload: [UInt8], gasUsed: UInt64, baseFee: U256
    ) throws(CostProblem) -> U256 {
        switch self {
        case .gasOnly: return .zero
        case .opStack(let fork, let parameters):
            let data = try parameters.l1FeeBound(signingPayload: payload, at: fork)
            guard let sum = data.adding(try parameters.operatorFee(gas: gasUsed, at: fork)) else { throw .overflow }
            return sum
        case .arbitrum(let parameters):
            return try parameters.feeBound(
                encodedCount: payload.count + OPStackParameters.signatureBytesMax, baseFee: baseFee)
        }
    }

    /// Gas that the chain takes beside the execution's out of the same gas limit, at most: Arbitrum's poster gas, else
    /// 0.
    public func gasBeside(signingPayload payload: [UInt8], baseFee: U256) throws(CostProblem) -> UInt64 {
        guard case .arbitrum(let parameters) = self, !baseFee.isZero else { return 0 }
        let fee = try parameters.feeBound(
            encodedCount: payload.count + OPStackParameters.signatureBytesMax, baseFee: baseFee)
        guard let gas = (fee / baseFee).asUInt64 else { throw .overflow }
        return gas
    }

    private var dropsTips: Bool { if case .arbitrum = self { true } else { false } }

    private static func gasFees(_ gas: ChargedGas, dropsTips: Bool) throws(CostProblem) -> TransactionFees {
        guard dropsTips || gas.price >= gas.baseFee else { throw .priceBelowBaseFee }
        let used = U256(gas.used), tip = dropsTips ? .zero : gas.price &- gas.baseFee
        guard let base = gas.baseFee.multiplied(by: used), let priority = tip.multiplied(by: used),
            let blob = gas.blobBaseFee.multiplied(by: U256(gas.blobGas))
        else { throw .overflow }
        return TransactionFees(base: base, priority: priority, blob: blob)
    }
}
