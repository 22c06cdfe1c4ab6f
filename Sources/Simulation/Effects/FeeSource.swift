public import ChainCosts
internal import EVM
public import EVMCodec
internal import EVMCrypto
internal import EVMTypes

/// Where a simulation has its chain's fee parameters from.
public enum FeeSource: Hashable, Sendable {
    /// From outside, for example a node's answers.
    case known(ChainParameters)
    /// The chain's own contracts, as the transaction finds them; for models whose `reads` are all storage slots.
    case state(CostModel)
}

extension Machine {
    /// The fee parameters as the next run would find them.
    ///
    /// Fails for a model that reads by calls: its contracts are the node's own programs (Arbitrum's 0x6c).
    mutating func parameters(
        of source: FeeSource, on state: borrowing PinnedState
    ) -> SimulationAnswer<ChainParameters> {
        let model: CostModel
        switch source {
        case .known(let parameters): return .done(parameters)
        case .state(let found): model = found
        }
        var words: [U256] = []
        var needs: [StateNeed] = []
        for read in model.reads {
            guard case .slot(let address, let key) = read else {
                return .failed(.refused("fees of this chain are read by calls, which only its node can answer"))
            }
            if let word = storage(address, key, on: state) {
                words.append(word)
            } else {
                // The slot may be asked for only once its account is known to be there.
                needs += account(address, on: state) == nil ? [.account(address)] : []
                needs.append(.slot(address, key))
            }
        }
        guard needs.isEmpty else { return .missing(needs) }
        do { return .done(try ChainParameters(model, answers: words)) } catch {
            return .failed(.refused("fees: \(error)"))
        }
    }

    /// Takes what is charged beside gas from the sender and gives it to the chain's vaults (OP stack), as part of the
    /// last run. A sender that cannot pay it is refused, as by the chain.
    mutating func charge(
        _ fees: TransactionFees, from sender: Address, under parameters: ChainParameters,
        on state: borrowing PinnedState
    ) -> SimulationAnswer<Void> {
        guard case .opStack = parameters else { return .done(()) }
        let beside = fees.l1Data.adding(fees.operatorFee) ?? .max
        guard !beside.isZero else { return .done(()) }
        let shares = [(Self.l1FeeVault, fees.l1Data), (Self.operatorFeeVault, fees.operatorFee)]
        var overrides: [AccountOverride] = []
        var needs: [StateNeed] = []
        func balance(_ address: Address) -> U256? {
            guard let account = account(address, on: state) else {
                needs.append(.account(address))
                return nil
            }
            return account?.balance ?? .zero
        }
        if let held = balance(sender) {
            guard held >= beside else {
                return .failed(
                    .refused(
                        "insufficient funds for gas * price + value: address \(sender.checksummed) lacks "
                            + "\(beside &- held) wei of the layer 1 and operator fees"))
            }
            overrides.append(AccountOverride(address: sender, balance: held &- beside))
        }
        for (vault, share) in shares where !share.isZero {
            if let held = balance(vault) { overrides.append(AccountOverride(address: vault, balance: held &+ share)) }
        }
        guard needs.isEmpty else { return .missing(needs) }
        let lacking = apply(overrides, on: state)
        return lacking.isEmpty ? .done(()) : .missing(lacking)
    }

    /// Source: optimism specs `protocol/predeploys.md`.
    private static let l1FeeVault = Address(high: 0x4200_0000, low: 0x1a)
    private static let operatorFeeVault = Address(high: 0x4200_0000, low: 0x1b)
}

extension ChargedGas {
    /// What a transaction that ran in `block` is charged for.
    init(_ outcome: Outcome, of transaction: Transaction, in block: BlockEnvironment, under rules: ExecutionRules) {
        self.init(
            used: outcome.gasUsed, baseFee: min(block.baseFee, outcome.gasPrice), price: outcome.gasPrice,
            blobGas: UInt64(transaction.blobVersionedHashes.count) &* rules.gasPerBlob,
            blobBaseFee: block.blobBaseFee)
    }
}

extension TransactionFees {
    /// Wei as decimal strings, part by part.
    public var json: JSON {
        var members: JSONObject = [
            "baseFee": .string(base.description), "tip": .string(priority.description),
            "blobFee": .string(blob.description), "l1DataFee": .string(l1Data.description),
            "operatorFee": .string(operatorFee.description), "total": .string(total.description),
        ]
        if l1Certainty != .exact { members["l1DataFeeIs"] = .string(l1Certainty.rawValue) }
        return .object(members)
    }
}
